// swift-tools-version: 6.0
import PackageDescription

/// What every Swift target is built with.
///
/// ExistentialAny: SE-0335. InternalImportsByDefault: SE-0409, so a module's imports are its own business unless it
/// says `public`. MemberImportVisibility: SE-0444, so a member is only seen where its module is imported (a compiler
/// before 6.1 ignores the name).
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// A C library of the system's, found by pkg-config; the provider names Debian's package for who lacks it.
func library(_ name: String, pkgConfig: String, apt: String) -> Target {
    .systemLibrary(
        name: name, path: "Sources/CLibraries/\(name)", pkgConfig: pkgConfig, providers: [.apt([apt])])
}

func module(_ name: String, uses dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(of name: String, uses dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: "\(name)Tests",
        dependencies: [.byName(name: name), "TestSupport"] + dependencies,
        swiftSettings: strict)
}

let package = Package(
    name: "contact-relay",
    products: [
        .executable(name: "contact-relay", targets: ["contact-relay"])
    ],
    targets: [
        library("CRdKafka", pkgConfig: "rdkafka", apt: "librdkafka-dev"),
        library("CCurl", pkgConfig: "libcurl", apt: "libcurl4-openssl-dev"),
        library("CMicroHTTPD", pkgConfig: "libmicrohttpd", apt: "libmicrohttpd-dev"),
        library("CYAML", pkgConfig: "yaml-0.1", apt: "libyaml-dev"),
        library("CCrypto", pkgConfig: "libcrypto", apt: "libssl-dev"),

        module("Seams"),
        module("JSON"),
        module("Crypto", uses: ["CCrypto"]),
        module("Observability", uses: ["Seams", "JSON"]),
        module("KafkaClient", uses: ["CRdKafka"]),
        module("HTTPClient", uses: ["CCurl"]),
        module("HTTPServer", uses: ["CMicroHTTPD"]),
        module("GenesysCloud", uses: ["Seams", "JSON", "HTTPClient", "Observability"]),
        module("WorkerPool", uses: ["Seams"]),
        module(
            "Relay",
            uses: [
                "Seams", "JSON", "Crypto", "KafkaClient", "HTTPClient", "GenesysCloud", "WorkerPool", "Observability",
            ]),
        module("Sandbox", uses: ["Seams", "JSON", "HTTPServer"]),
        module("CommandLineParsing"),
        module("Configuration", uses: ["CYAML", "CommandLineParsing"]),
        module(
            "RelayCommand",
            uses: [
                "Seams", "JSON", "Crypto", "Observability", "KafkaClient", "HTTPClient", "HTTPServer", "GenesysCloud",
                "WorkerPool", "Relay", "Sandbox", "Configuration", "CommandLineParsing",
            ]),
        .executableTarget(
            name: "contact-relay", dependencies: ["RelayCommand", "CommandLineParsing"], swiftSettings: strict),

        .target(
            name: "TestSupport", dependencies: ["Seams"], path: "Tests/TestSupport", swiftSettings: strict),
        tests(of: "Seams"),
        tests(of: "JSON"),
        tests(of: "Crypto"),
        tests(of: "Observability", uses: ["JSON", "Seams"]),
        .target(
            name: "KafkaTestSupport", dependencies: ["KafkaClient"], path: "Tests/KafkaTestSupport",
            swiftSettings: strict),
        .target(
            name: "BrokerSupport", dependencies: ["KafkaClient"], path: "Tests/BrokerSupport", swiftSettings: strict),
        .target(
            name: "ProcessSupport", dependencies: ["HTTPClient", "JSON"], path: "Tests/ProcessSupport",
            swiftSettings: strict),
        .executableTarget(
            name: "benchmark",
            dependencies: ["BrokerSupport", "JSON", "KafkaClient", "KafkaTestSupport", "ProcessSupport"],
            path: "Tests/Benchmark", swiftSettings: strict),
        .target(
            name: "Simulation",
            dependencies: [
                "GenesysCloud", "HTTPClient", "JSON", "KafkaClient", "Observability", "Relay", "Seams", "TestSupport",
                "WorkerPool",
            ],
            path: "Tests/Simulation", swiftSettings: strict),
        .executableTarget(
            name: "simulate", dependencies: ["Simulation"], path: "Tests/SimulationRunner", swiftSettings: strict),
        tests(of: "Simulation", uses: ["simulate"]),
        tests(of: "KafkaClient", uses: ["KafkaTestSupport"]),
        .testTarget(
            name: "BrokerTests", dependencies: ["KafkaClient", "KafkaTestSupport", "BrokerSupport", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "JSON", "Crypto", "KafkaClient", "Relay", "Sandbox", "HTTPClient", "HTTPServer", "Seams", "TestSupport",
                "KafkaTestSupport", "BrokerSupport", "ProcessSupport", "contact-relay",
            ],
            exclude: ["newer-librdkafka"], swiftSettings: strict),
        tests(of: "HTTPClient", uses: ["CCurl", "Seams"]),
        tests(of: "HTTPServer", uses: ["HTTPClient"]),
        tests(of: "GenesysCloud", uses: ["Seams", "JSON", "HTTPClient", "Observability"]),
        tests(of: "WorkerPool", uses: ["Seams"]),
        tests(
            of: "Relay",
            uses: [
                "Seams", "JSON", "Crypto", "KafkaClient", "GenesysCloud", "WorkerPool", "HTTPClient", "Observability",
            ]),
        tests(of: "Sandbox", uses: ["JSON", "HTTPClient", "Seams", "GenesysCloud", "Observability"]),
        tests(of: "CommandLineParsing"),
        tests(of: "Configuration", uses: ["CommandLineParsing"]),
        tests(
            of: "RelayCommand",
            uses: [
                "Configuration", "CommandLineParsing", "Crypto", "KafkaClient", "Observability", "Sandbox",
                "GenesysCloud", "HTTPClient", "JSON", "Relay", "Seams",
            ]),
    ]
)
