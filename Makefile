# make run                  build, and open the demo: no network, no account needed
# make build                the release build alone
# make test                 all tests, those against vsftpd, ProFTPD and Pure-FTPd included
# make soak KILLS=5000       kills the program so many times in the middle of its queue, and reports
# make bench                speed and memory beside lftp and curl, as ratios
# make fuzz                 libFuzzer on every parser, FUZZ_SECONDS=60 each
# make asan                 the tests of Transport, EmbeddedServer and Engine under the address sanitizer
# make lint                 formatting
# make install PREFIX=...   the program, its themes, manual page and completions (default /usr/local)
# make clean                remove what was built
#
# What is missing of Debian's packages is installed first (as root, or through sudo).

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := build
.PHONY: run build test asan soak bench lint install clean needs-build needs-test needs-bench swift fuzz

PREFIX ?= /usr/local
export PATH := $(PATH):/opt/swift/usr/bin

# With Swift's libraries in it where the toolchain has them to link: it starts sooner, and runs where no Swift is.
TOOLCHAIN = $(dir $(realpath $(firstword $(wildcard $(addsuffix /swift,$(subst :, ,$(PATH)))))))
STATIC := $(and $(wildcard $(TOOLCHAIN)../lib/swift_static/linux),--static-swift-stdlib -Xswiftc -use-ld=lld)
RELEASE := -c release --product portside $(STATIC)
BINARY = $$(swift build $(RELEASE) --show-bin-path)/portside

# The libraries, and what the Swift toolchain itself links with.
BUILD_PACKAGES := libncursesw5-dev libssl-dev zlib1g-dev libsqlite3-dev pkg-config \
	g++ git ca-certificates libcurl4-openssl-dev libxml2-dev
TEST_PACKAGES := python3 openssl ncurses-bin iproute2 nftables strace exfatprogs exfat-fuse libfaketime e2fsprogs
BENCH_PACKAGES := python3 lftp curl strace

swift:
	@command -v swift >/dev/null || { \
		echo "There is no swift in PATH or in /opt/swift/usr/bin." \
			"Get Swift 6.2 or later from https://www.swift.org/install/linux/" >&2; exit 1; }

needs-build: swift
	@Scripts/need $(BUILD_PACKAGES)

needs-test: needs-build
	@Scripts/need $(TEST_PACKAGES)
	@Tests/Servers/servers.sh install

needs-bench: build
	@Scripts/need $(BENCH_PACKAGES)
	@Tests/Servers/servers.sh install

build: needs-build
	swift build $(RELEASE)

run: build
	"$(BINARY)" demo

test: needs-test
	swift build --build-tests
	@Scripts/test

asan: needs-test
	@Scripts/asan

soak: needs-test
	swift build --build-tests
	@Scripts/soak $(or $(KILLS),5000)

bench: needs-bench
	@Benchmarks/bench --portside "$(BINARY)" $(BENCH)

fuzz: needs-build
	@Fuzz/run $(FUZZ)

lint: swift
	swift format lint --strict --recursive Package.swift Sources Tests

install: build
	@Scripts/install "$(BINARY)" "$(DESTDIR)$(PREFIX)"

clean:
	rm -rf .build
