// swift-tools-version: 6.2

import PackageDescription

/// Every target of ours: Swift 6 language mode, and a warning is an error.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// `./dev fuzz` alone builds with it: the parser of mails that come back, with libFuzzer's coverage.
let isFuzzing = Context.environment["VEREDUS_FUZZ"] == "1"
let coverage: [SwiftSetting] = isFuzzing ? [.unsafeFlags(["-sanitize=fuzzer", "-parse-as-library"])] : []

let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let yaml = Target.Dependency.product(name: "Yams", package: "Yams")
let configuration = Target.Dependency.product(name: "Configuration", package: "swift-configuration")
let nio: [Target.Dependency] = [
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
    .product(name: "NIOSSL", package: "swift-nio-ssl"),
]
let hummingbird: [Target.Dependency] = [
    .product(name: "Hummingbird", package: "hummingbird"),
    .product(name: "HummingbirdCore", package: "hummingbird"),
    .product(name: "HummingbirdTLS", package: "hummingbird"),
]

let package = Package(
    name: "veredus",
    products: [
        .executable(name: "veredus", targets: ["Admin"]),
        .executable(name: "veredus-producer", targets: ["Producer"]),
        .executable(name: "veredus-worker", targets: ["Worker"]),
        .executable(name: "veredus-web", targets: ["Web"]),
        .executable(name: "veredus-recorder", targets: ["Recorder"]),
        .executable(name: "veredus-inbound", targets: ["Inbound"]),
        .executable(name: "veredus-simulator", targets: ["SimulatorProgram"]),
        .executable(name: "veredus-dev", targets: ["DevProgram"]),
        .executable(name: "veredus-hello", targets: ["HelloProgram"]),
        .executable(name: "veredus-flight-victim", targets: ["FlightLogVictim"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration", exact: "1.4.0"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
    ],
    targets: [
        // Pure: no IO, no C library but libc, no logging. One target a folder, so that a bounce rule rebuilds no worker.
        .target(name: "Core", dependencies: [crypto], path: "Sources/Shared/Core", swiftSettings: strict + coverage),
        .target(
            name: "Templates",
            dependencies: ["Core"],
            path: "Sources/Shared/Templates",
            swiftSettings: strict + coverage
        ),
        .target(
            name: "Messages",
            dependencies: ["Core", "Templates"],
            path: "Sources/Shared/Messages",
            swiftSettings: strict
        ),
        .target(
            name: "ReturnedMail",
            dependencies: ["Core", "Templates", crypto],
            path: "Sources/Shared/ReturnedMail",
            swiftSettings: strict + coverage
        ),

        // The C libraries, and one thread for each of their handles.
        .systemLibrary(name: "CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CRabbitMQ", pkgConfig: "librabbitmq", providers: [.apt(["librabbitmq-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CLinux"),
        // Not named Runtime: the toolchain has a module of that name.
        .target(name: "RuntimeSupport", dependencies: ["CLinux"], path: "Sources/Runtime", swiftSettings: strict),

        // The adapters: each knows Core and its own library, none knows another adapter.
        .target(
            name: "DatabaseClient",
            dependencies: ["Core", "CPostgres", "RuntimeSupport"],
            path: "Sources/Database/Client",
            swiftSettings: strict
        ),
        .target(
            name: "Database",
            dependencies: ["Core", "DatabaseClient"],
            exclude: ["Client"],
            resources: [.embedInCode("Migrations")],
            swiftSettings: strict
        ),
        .target(
            name: "Broker",
            dependencies: ["Core", "CRabbitMQ", "CLinux", "RuntimeSupport"],
            swiftSettings: strict
        ),
        .target(name: "SMTP", dependencies: ["Core", "CCurl", "CLinux", "RuntimeSupport"], swiftSettings: strict),
        // What a worker has in flight, in shared memory. It knows neither database nor SMTP.
        .target(name: "FlightLog", dependencies: ["Core", "CLinux"], swiftSettings: strict),
        .target(name: "IMAP", dependencies: ["Core", "CCurl", "RuntimeSupport"], swiftSettings: strict),
        .target(name: "Observability", dependencies: ["Core", logging], swiftSettings: strict),
        // What each program does first: settings from environment and file, logs.
        .target(
            name: "Bootstrap",
            dependencies: [
                "Core", "Observability", "DatabaseClient", "Database", "Broker", "SMTP", "RuntimeSupport", logging,
                configuration, lifecycle, signals,
            ],
            swiftSettings: strict
        ),
        // What dead workers had in flight, settled by their flight logs: for workers and the operator's tool.
        .target(
            name: "Settlement",
            dependencies: ["Core", "Database", "FlightLog", logging],
            swiftSettings: strict
        ),
        // The use cases that the operator's tool, the API and the dashboard share.
        .target(
            name: "Service",
            dependencies: ["Core", "Templates", "Messages", "DatabaseClient", "Database"],
            swiftSettings: strict
        ),

        // The programs.
        .executableTarget(
            name: "Producer",
            dependencies: [
                "Core", "Messages", "DatabaseClient", "Database", "Broker", "RuntimeSupport", "Bootstrap", logging,
                lifecycle, arguments,
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "Worker",
            dependencies: [
                "Core", "Templates", "Messages", "DatabaseClient", "Database", "Broker", "SMTP", "FlightLog",
                "Settlement",
                "RuntimeSupport",
                "Bootstrap", logging, lifecycle, arguments, crypto,
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "Web",
            dependencies: [
                "Core", "Templates", "Messages", "ReturnedMail", "Service", "DatabaseClient", "Database", "Broker",
                "RuntimeSupport", "Bootstrap", logging, lifecycle, arguments, crypto, cryptoExtras,
            ] + hummingbird + nio,
            resources: [.embedInCode("Assets")],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "Recorder",
            dependencies: [
                "Core", "DatabaseClient", "Database", "Broker", "RuntimeSupport", "Bootstrap", logging, lifecycle,
                arguments,
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "Inbound",
            dependencies: [
                "Core", "ReturnedMail", "DatabaseClient", "Database", "IMAP", "RuntimeSupport", "Bootstrap", logging,
                lifecycle, arguments, crypto,
            ] + nio,
            swiftSettings: strict
        ),
        .executableTarget(
            name: "Admin",
            dependencies: [
                "Core", "Templates", "Messages", "ReturnedMail", "Service", "DatabaseClient", "Database", "Broker",
                "SMTP", "FlightLog", "Settlement",
                "RuntimeSupport", "Bootstrap", arguments, yaml, logging,
            ],
            swiftSettings: strict
        ),

        // For tests, the demo and the benchmarks: never linked into a program that sends.
        .target(
            name: "MailSimulator",
            dependencies: nio,
            path: "Sources/TestKit/MailSimulator",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "SimulatorProgram",
            dependencies: ["MailSimulator", arguments] + nio,
            path: "Sources/TestKit/Program",
            swiftSettings: strict
        ),
        .target(
            name: "TestKit",
            dependencies: ["Core", "DatabaseClient", "Database", "MailSimulator", "CLinux"] + nio,
            path: "Sources/TestKit/Fixtures",
            swiftSettings: strict
        ),
        // The server framework alone: what the web side is measured against.
        .executableTarget(
            name: "HelloProgram",
            dependencies: [arguments, logging] + hummingbird,
            path: "Sources/TestKit/Hello",
            swiftSettings: strict
        ),
        // A worker's flight log without a worker, for tests that kill it.
        .executableTarget(
            name: "FlightLogVictim",
            dependencies: ["Core", "FlightLog", "TestKit"],
            path: "Sources/TestKit/FlightLogVictim",
            swiftSettings: strict
        ),
        // What ./dev does once everything is built: private servers, tests, demo, soak, benchmarks.
        .executableTarget(
            name: "DevProgram",
            dependencies: [
                "TestKit", "MailSimulator", "DatabaseClient", "Database", "Core", "RuntimeSupport", "Bootstrap",
                "Service",
                logging,
            ],
            path: "Sources/TestKit/Dev",
            swiftSettings: strict
        ),

        .testTarget(
            name: "CoreTests",
            dependencies: ["Core", "Templates", "TestKit", crypto],
            swiftSettings: strict
        ),
        .testTarget(
            name: "TemplatesTests",
            dependencies: ["Core", "Templates", "TestKit"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "MessagesTests",
            dependencies: ["Core", "Templates", "Messages", "TestKit", crypto],
            exclude: ["Support"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "ReturnedMailTests",
            dependencies: ["Core", "Templates", "Messages", "ReturnedMail", "TestKit", crypto],
            exclude: ["Support"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "DatabaseTests",
            dependencies: ["Core", "ReturnedMail", "DatabaseClient", "Database", "RuntimeSupport", "TestKit"],
            swiftSettings: strict
        ),
        .testTarget(name: "RuntimeTests", dependencies: ["RuntimeSupport"], swiftSettings: strict),
        .testTarget(
            name: "FlightLogTests",
            dependencies: ["FlightLog", "FlightLogVictim", "Core", "RuntimeSupport", "TestKit"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "BrokerTests",
            dependencies: ["Core", "Broker", "RuntimeSupport", "TestKit"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "SMTPTests",
            dependencies: ["Core", "SMTP", "TestKit", "MailSimulator"],
            swiftSettings: strict
        ),
        // A model of the flight log and of settlement, and the checker that visits all of its states.
        .testTarget(name: "FlightModelTests", swiftSettings: strict),
        .testTarget(name: "SimulatorTests", dependencies: ["MailSimulator", "TestKit"] + nio, swiftSettings: strict),
        .testTarget(name: "DevTests", dependencies: ["DevProgram", "TestKit"], swiftSettings: strict),
        .testTarget(
            name: "WorkerTests",
            dependencies: ["Worker", "Core", "Messages", "RuntimeSupport", "SMTP", "TestKit", logging],
            swiftSettings: strict
        ),
        .testTarget(
            name: "ProducerTests",
            dependencies: ["Producer", "Core", "DatabaseClient", "Database", "TestKit", logging],
            swiftSettings: strict
        ),
        .testTarget(
            name: "AdminTests",
            dependencies: [
                "Admin", "Core", "Templates", "Messages", "Service", "DatabaseClient", "Database", "Bootstrap",
                "Observability", "TestKit", "MailSimulator", logging,
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "WebTests",
            dependencies: [
                "Web", "Core", "Templates", "Messages", "ReturnedMail", "Service", "DatabaseClient", "Database",
                "Broker",
                "Bootstrap",
                "TestKit", logging, crypto,
                .product(name: "HummingbirdTesting", package: "hummingbird"),
            ] + hummingbird + nio,
            swiftSettings: strict
        ),
        .testTarget(
            name: "RecorderTests",
            dependencies: ["Recorder", "Core", "DatabaseClient", "Database", "TestKit", logging, lifecycle],
            swiftSettings: strict
        ),
        .testTarget(
            name: "InboundTests",
            dependencies: [
                "Inbound", "IMAP", "Core", "ReturnedMail", "DatabaseClient", "Database", "TestKit", "MailSimulator",
                logging,
            ] + nio,
            swiftSettings: strict
        ),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "Core", "ReturnedMail", "DatabaseClient", "Database", "Broker", "FlightLog", "TestKit", "MailSimulator",
                "DevProgram",
            ],
            swiftSettings: strict
        ),
    ]
)

if isFuzzing {
    package.targets.append(
        .executableTarget(
            name: "FuzzReports",
            dependencies: ["Core", "ReturnedMail"],
            path: "Tests/Fuzz",
            exclude: ["dictionary.txt"],
            swiftSettings: strict + coverage,
            linkerSettings: [.unsafeFlags(["-sanitize=fuzzer", "-use-ld=lld"])]
        )
    )
}
