// swift-tools-version: 6.2
import PackageDescription

/// The chapters that have code, one line each. `Chapters/NN-name.md` belongs to the module whose
/// name in kebab case is `name` or begins it.
let chapters = [
    Chapter("TheQuestion"),
    Chapter("NaiveStack"),
    Chapter("Paging", uses: ["NaiveStack"], runsOn: ["SimulatedMachine"]),
    Chapter("SimulatedMachine", uses: ["NaiveStack", "Paging"]),
    Chapter(
        "TemporaryMapping", uses: ["NaiveStack", "Paging"], runsOn: ["SimulatedMachine"],
        testedWith: ["MappingTestSupport"]),
    Chapter(
        "RecursiveMapping", uses: ["NaiveStack", "Paging", "TemporaryMapping"],
        runsOn: ["SimulatedMachine"], testedWith: ["MappingTestSupport"]),
    Chapter(
        "DirectMap", uses: ["NaiveStack", "Paging", "TemporaryMapping"],
        runsOn: ["SimulatedMachine"]),
    Chapter(
        "StoringElsewhere", uses: ["NaiveStack", "TemporaryMapping"],
        runsOn: ["DirectMap", "Paging", "SimulatedMachine"],
        testedWith: ["AllocationTestSupport"]),
    Chapter(
        "Reservoir", uses: ["NaiveStack", "StoringElsewhere", "TemporaryMapping"],
        testedWith: ["AllocationTestSupport"]),
    Chapter(
        "CountingTheCost",
        uses: [
            "BareLimit", "DirectMap", "NaiveStack", "Paging", "Reservoir", "StoringElsewhere",
            "TemporaryMapping",
        ],
        runsOn: ["MeasurementSupport", "SimulatedMachine"]),
    Chapter(
        "ManyProcessors",
        uses: ["NaiveStack", "Paging", "Reservoir", "StoringElsewhere", "TemporaryMapping"],
        runsOn: ["CountingTheCost", "MeasurementSupport", "ScheduleSupport", "SimulatedMachine"]),
    Chapter(
        "Kernel",
        uses: [
            "Boot", "CPU", "DirectMap", "ManyProcessors", "NaiveStack", "Paging",
            "RecursiveMapping", "Reservoir", "StoringElsewhere", "TemporaryMapping",
        ],
        testedWith: ["SimulatedMachine"], executable: .image),
]

let package = Package(
    name: "FreeFrames",
    platforms: [.macOS(.v26)],
    products: chapters.flatMap(\.products) + [
        .executable(name: "kernel", targets: ["Launcher"]),
        .executable(name: "book", targets: ["BookCommand"]),
        .executable(name: "fuzz-press", targets: ["FuzzPress"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", exact: "1.0.2"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", exact: "2.1.1"),
    ],
    targets: chapters.flatMap(\.targets) + support + machine + press,
    swiftLanguageModes: [.v6]
)

/// What the chapters' executables share; it holds no frame logic.
var support: [Target] {
    [
        .target(
            name: "ExampleSupport", dependencies: ["NaiveStack", .argumentParser],
            swiftSettings: .house),
        .target(
            name: "SimulationSupport",
            dependencies: [
                "ExampleSupport", "NaiveStack", "Paging", "SimulatedMachine", "TemporaryMapping",
            ],
            swiftSettings: .house),
        .target(name: "Fibers"),
        .target(
            name: "ScheduleSupport",
            dependencies: [
                "Fibers", "NaiveStack", "Paging", "Reservoir", "SeededRandom", "SimulatedMachine",
                "StoringElsewhere",
            ],
            swiftSettings: .house),
        .testTarget(
            name: "ScheduleSupportTests", dependencies: ["ScheduleSupport", "TestSupport"],
            swiftSettings: .house),
        .target(
            name: "MeasurementSupport",
            dependencies: [
                "CPU", "ExampleSupport", "NaiveStack", "Reservoir", "StoringElsewhere",
            ],
            swiftSettings: .house),
        .testTarget(
            name: "ExampleSupportTests", dependencies: ["ExampleSupport", "TestSupport"],
            swiftSettings: .house),
        .target(name: "SeededRandom", swiftSettings: .house),
        .target(
            name: "TestSupport", dependencies: ["SeededRandom"], path: "Tests/TestSupport",
            swiftSettings: .house),
        .target(
            name: "MappingTestSupport",
            dependencies: [
                "NaiveStack", "Paging", "RecursiveMapping", "SimulatedMachine", "TemporaryMapping",
                "TestSupport",
            ],
            path: "Tests/MappingTestSupport", swiftSettings: .house),
        .target(
            name: "AllocationTestSupport",
            dependencies: ["NaiveStack", "StoringElsewhere", "TemporaryMapping", "TestSupport"],
            path: "Tests/AllocationTestSupport", swiftSettings: .house),
    ]
}

/// What Swift cannot say, and what boots the kernel.
var machine: [Target] {
    [
        .target(name: "CPU"),
        .target(name: "BareLimit"),
        .target(name: "Boot", exclude: ["kernel.ld"]),
        .target(name: "Interruption", path: "Tools/Interruption", swiftSettings: .house),
        .executableTarget(
            name: "Launcher", dependencies: ["Interruption", .argumentParser, .subprocess],
            path: "Tools/Launcher", swiftSettings: .house),
        .testTarget(
            name: "BootTests",
            dependencies: [
                "ExampleSupport", "Kernel", "Launcher", "NaiveStack", "Paging",
                "SimulatedMachine", "TestSupport", .subprocess,
            ],
            exclude: ["PlantedBugs.md"],
            swiftSettings: .house),
    ]
}

/// The press: Markdown in; Swift, HTML and verdicts out.
var press: [Target] {
    [
        .systemLibrary(
            name: "CMark", path: "Tools/CMark", pkgConfig: "libcmark",
            providers: [.apt(["libcmark-dev"]), .brew(["cmark"])]),
        .target(
            name: "Tangle", dependencies: ["CMark"], path: "Tools/Tangle", swiftSettings: .house),
        .executableTarget(
            name: "TangleTool", dependencies: ["Tangle"], path: "Tools/TangleTool",
            swiftSettings: .house),
        .plugin(
            name: "TanglePlugin", capability: .buildTool(), dependencies: ["TangleTool"],
            path: "Tools/TanglePlugin"),
        .executableTarget(
            name: "BookCommand",
            dependencies: ["Interruption", "Tangle", "Weave", .argumentParser, .subprocess],
            path: "Tools/Book", swiftSettings: .house),
        .testTarget(
            name: "BookTests", dependencies: ["Tangle", .subprocess], swiftSettings: .house),
        .testTarget(
            name: "TangleTests", dependencies: ["Tangle", "FuzzPress", "TestSupport"],
            swiftSettings: .house),
        .target(
            name: "Weave", dependencies: ["CMark", "Tangle", .mustache], path: "Tools/Weave",
            swiftSettings: .house),
        .testTarget(
            name: "WeaveTests", dependencies: ["Weave", "Tangle"], swiftSettings: .house),
        .executableTarget(
            name: "FuzzPress", dependencies: ["CMark", "Tangle", "TestSupport", .argumentParser],
            path: "Tools/Fuzz", swiftSettings: .house),
    ]
}

extension [SwiftSetting] {
    static var house: [SwiftSetting] {
        // A chapter's generic code is specialised in the chapters that use it, however long it is.
        // Flags are refused in a package that others depend on; in a kernel, Embedded Swift
        // specialises everything anyway.
        let isOthersDependency = Context.packageDirectory.contains("/checkouts/")
        return isOthersDependency
            ? [.strictMemorySafety()]
            : [
                .strictMemorySafety(),
                .unsafeFlags(
                    ["-cross-module-optimization"],
                    .when(platforms: [.linux, .macOS], configuration: .release)),
            ]
    }
}

extension Target.Dependency {
    static var argumentParser: Self {
        .product(name: "ArgumentParser", package: "swift-argument-parser")
    }
    static var subprocess: Self { .product(name: "Subprocess", package: "swift-subprocess") }
    static var mustache: Self { .product(name: "Mustache", package: "swift-mustache") }
}

/// A chapter's module, its executable and its tests: all tangled from the Markdown, beside one
/// file each that names the chapter (a target needs one).
struct Chapter {
    /// An executable that runs on the host under the chapter's name, or the kernel's image.
    enum Executable { case example, image }

    let module: String
    let uses: [Target.Dependency]
    /// What the executable and the tests need although the module does not: a later chapter, say.
    let runsOn: [Target.Dependency]
    /// What only the tests need.
    private let testedWith: [Target.Dependency]
    private let simulates: Bool
    let executable: Executable

    init(
        _ module: String, uses: [String] = [], runsOn: [String] = [],
        testedWith: [String] = [], executable: Executable = .example
    ) {
        self.module = module
        self.uses = uses.map { .byName(name: $0) }
        self.runsOn = runsOn.map { .byName(name: $0) }
        self.testedWith = (testedWith + ["TestSupport"]).map { .byName(name: $0) }
        simulates = runsOn.contains("SimulatedMachine")
        self.executable = executable
    }

    /// `naive-stack` for `NaiveStack`.
    var command: String {
        module.reduce(into: "") { name, character in
            if character.isUppercase && !name.isEmpty { name += "-" }
            name += character.lowercased()
        }
    }

    var products: [Product] {
        let library = Product.library(name: module, targets: [module])
        return switch executable {
        case .example: [library, .executable(name: command, targets: ["\(module)Example"])]
        case .image: [library, .executable(name: "\(command)-image", targets: ["\(module)Image"])]
        }
    }

    var targets: [Target] {
        let own = uses + runsOn + [.byName(name: module)]
        return [
            .target(
                name: module, dependencies: uses, swiftSettings: .house,
                plugins: ["TanglePlugin"]),
            executableTarget,
            .testTarget(
                name: "\(module)Tests", dependencies: own + testedWith,
                swiftSettings: .house, plugins: ["TanglePlugin"]),
        ]
    }

    /// What prints for the executable; a simulated machine has more to tell.
    private var printing: [Target.Dependency] {
        let isSimulated = simulates || module == "SimulatedMachine"
        return isSimulated ? ["ExampleSupport", "SimulationSupport"] : ["ExampleSupport"]
    }

    private var executableTarget: Target {
        let own = uses + runsOn + [.byName(name: module)]
        return switch executable {
        case .example:
            .executableTarget(
                name: "\(module)Example", dependencies: own + printing,
                path: "Sources/Examples/\(module)", swiftSettings: .house,
                plugins: ["TanglePlugin"])
        case .image:
            .executableTarget(
                name: "\(module)Image", dependencies: own, swiftSettings: .house,
                plugins: ["TanglePlugin"])
        }
    }
}
