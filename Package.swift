// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

let deque = Target.Dependency.product(name: "DequeModule", package: "swift-collections")

let package = Package(
    name: "portside",
    products: [.executable(name: "portside", targets: ["portside"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
    ],
    targets: [
        // Pure: these decide. FTPProtocol depends on nothing, and the list proves it.
        .target(name: "FTPProtocol", swiftSettings: settings),
        .target(name: "Transfers", dependencies: ["FTPProtocol", deque], swiftSettings: settings),
        .target(
            name: "Interface", dependencies: ["FTPProtocol", "Transfers", deque], swiftSettings: settings),

        // Edges: each touches one outside thing.
        .target(name: "Transport", dependencies: ["CLinux", "COpenSSL", "CZlib"], swiftSettings: settings),
        .target(
            name: "Engine", dependencies: ["FTPProtocol", "Transfers", "Transport"],
            swiftSettings: settings),
        .target(
            name: "EmbeddedServer", dependencies: ["FTPProtocol", "Transport"],
            swiftSettings: settings),
        .target(
            name: "Storage",
            dependencies: ["FTPProtocol", "Transfers", .product(name: "GRDB", package: "GRDB.swift")],
            swiftSettings: settings),
        .target(
            name: "Terminal", dependencies: ["Interface", "CNcurses", "CLinux"],
            swiftSettings: settings),

        // Wiring.
        .executableTarget(
            name: "portside",
            dependencies: [
                "FTPProtocol", "Transfers", "Interface", "Transport", "Engine", "EmbeddedServer",
                "Storage", "Terminal", "CLinux",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "TOMLKit", package: "TOMLKit"),
            ],
            swiftSettings: settings),

        // System modules: headers and inline shims, no logic.
        .systemLibrary(name: "CLinux"),
        .systemLibrary(name: "CNcurses", providers: [.apt(["libncurses-dev"])]),
        .systemLibrary(name: "COpenSSL", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),

        .target(
            name: "TestSupport",
            dependencies: ["FTPProtocol", "Transfers", "Transport", "CLinux"],
            path: "Tests/TestSupport", swiftSettings: settings),
        .testTarget(
            name: "FTPProtocolTests", dependencies: ["FTPProtocol", "TestSupport"],
            resources: [.copy("Listings")], swiftSettings: settings),
        .testTarget(
            name: "TransfersTests", dependencies: ["Transfers", "TestSupport"], swiftSettings: settings),
        .testTarget(
            name: "InterfaceTests", dependencies: ["Interface", "TestSupport"], swiftSettings: settings),
        .testTarget(
            name: "TransportTests", dependencies: ["Transport", "TestSupport"], swiftSettings: settings),
        .testTarget(
            name: "EmbeddedServerTests", dependencies: ["EmbeddedServer", "Transport", "TestSupport"],
            swiftSettings: settings),
        .testTarget(
            name: "EngineTests",
            dependencies: ["Engine", "EmbeddedServer", "Transport", "TestSupport"],
            swiftSettings: settings),
        .testTarget(
            name: "StorageTests",
            dependencies: ["Storage", "TestSupport", .product(name: "GRDB", package: "GRDB.swift")],
            swiftSettings: settings),
        .testTarget(
            name: "TerminalTests",
            dependencies: [
                "Terminal", "Interface", "EmbeddedServer", "FTPProtocol", "Transport", "TestSupport",
                "CLinux",
                "portside",
            ],
            swiftSettings: settings),
        // The built program as a script runs it: output, exit statuses, what is left on the disk.
        .testTarget(
            name: "ProgramTests",
            dependencies: ["EmbeddedServer", "Storage", "Transport", "TestSupport", "portside"],
            swiftSettings: settings),
        // The arrows of docs/architecture.md: what each target may import.
        .testTarget(name: "ArchitectureTests", swiftSettings: settings),
    ]
)
