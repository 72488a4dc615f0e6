import Transport

extension Fault {
    /// What the server cannot do, or says that it can.
    static let abilities = Area(
        title: "What the server can do",
        forms: [
            FaultForm("no-feat", "500 to FEAT", .noFeatures),
            FaultForm("feat-lies", "FEAT lists what is answered with 500", .falseFeatures),
            FaultForm("no-mlsd", "500 to MLSD and MLST, and not in FEAT", .noMachineListing),
            FaultForm("no-size", "500 to SIZE, and no size in 150 and in MLSD", .without("SIZE")),
            FaultForm("no-mdtm", "500 to MDTM", .without("MDTM")),
            FaultForm("no", ":VERB", "500 to the verb, and not in FEAT") {
                FaultForm.verb($0).map { .without($0) }
            },
        ])
}

extension ServerSession {
    /// Whether the verb is one that this server does not know.
    func lacks(_ verb: String) -> Bool {
        personality.unknownCommands.contains(verb) || has(.without(verb))
            || (verb == "FEAT" && has(.noFeatures))
            || (has(.falseFeatures) && Self.falselyPromised.contains(verb))
    }

    private static let falselyPromised: Set<String> = [
        "MLSD", "MLST", "MFMT", "MFF", "HASH", "XCRC", "SIZE", "MDTM", "REST", "EPSV", "EPRT", "OPTS", "RANG",
        "CLNT", "HOST", "AVBL", "LANG", "AUTH", "PBSZ", "PROT", "CCC",
    ]

    /// What FEAT lists.
    var features: [String] {
        if has(.falseFeatures) {
            return [
                "AUTH TLS", "AVBL", "CCC", "CLNT", "EPRT", "EPSV", "HASH SHA-256*;SHA-1;MD5", "HOST",
                "LANG EN*",
                "MDTM", "MFF modify;", "MFMT", "MLST type*;size*;modify*;", "PBSZ", "PROT", "RANG STREAM",
                "REST STREAM", "SIZE", "TVFS", "UTF8", "XCRC",
            ]
        }
        var all = personality.features
        if state.tls != nil, !all.contains(where: { $0.hasPrefix("AUTH") }) {
            all += ["AUTH TLS", "PBSZ", "PROT"]
            if personality.name == Personality.unix.name { all += ["CCC", "CPSV", "SSCN"] }
        }
        return all.compactMap { line in
            let verb = String(line.prefix { $0 != " " })
            if lacks(verb) { return nil }
            guard verb == "MLST" else { return line }
            return hasMachineListing ? "MLST \(ListFact.featureText(selected: listFacts))" : nil
        }
    }

    var hasMachineListing: Bool {
        personality.hasMachineListing && !has(.noMachineListing) && !lacks("MLST")
    }
}
