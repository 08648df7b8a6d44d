// swift-tools-version: 6.2
import PackageDescription

/// The chapters that have code, one line each. `Chapters/NN-name.md` belongs to the module whose
/// name in kebab case is `name` or begins it.
let chapters = [
  Chapter("TheQuestion"),
  Chapter("NaiveStack"),
]

let package = Package(
  name: "FreeFrames",
  platforms: [.macOS(.v26)],
  products: chapters.flatMap(\.products) + [
    .executable(name: "book", targets: ["BookCommand"]),
    .executable(name: "fuzz-press", targets: ["FuzzPress"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", exact: "1.0.2"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", exact: "2.1.1"),
  ],
  targets: chapters.flatMap(\.targets) + support + press,
  swiftLanguageModes: [.v6]
)

/// What the chapters' executables share; it holds no frame logic.
var support: [Target] {
  [
    .target(
      name: "ExampleSupport",
      dependencies: ["NaiveStack", .argumentParser], swiftSettings: .house)
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
      dependencies: ["Tangle", "Weave", .argumentParser, .subprocess],
      path: "Tools/Book", swiftSettings: .house),
    .target(
      name: "Weave", dependencies: ["Tangle", .mustache], path: "Tools/Weave",
      swiftSettings: .house),
    .executableTarget(
      name: "FuzzPress", dependencies: ["CMark", "Tangle", "TestSupport", .argumentParser],
      path: "Tools/Fuzz", swiftSettings: .house),
    .target(name: "TestSupport", path: "Tests/Support", swiftSettings: .house),
    .testTarget(
      name: "TangleTests", dependencies: ["Tangle", "FuzzPress", "TestSupport"],
      swiftSettings: .house),
    .testTarget(
      name: "WeaveTests", dependencies: ["Weave", "Tangle"], swiftSettings: .house),
  ]
}

extension [SwiftSetting] {
  static var house: [SwiftSetting] { [.strictMemorySafety()] }
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
  let module: String
  let uses: [Target.Dependency]

  init(_ module: String, uses: [String] = []) {
    self.module = module
    self.uses = uses.map { .byName(name: $0) }
  }

  /// `naive-stack` for `NaiveStack`.
  var command: String {
    module.reduce(into: "") { name, character in
      if character.isUppercase && !name.isEmpty { name += "-" }
      name += character.lowercased()
    }
  }

  var products: [Product] {
    [
      .library(name: module, targets: [module]),
      .executable(name: command, targets: ["\(module)Example"]),
    ]
  }

  var targets: [Target] {
    let ownModule = Target.Dependency.byName(name: module)
    return [
      .target(
        name: module, dependencies: uses, swiftSettings: .house,
        plugins: ["TanglePlugin"]),
      .executableTarget(
        name: "\(module)Example", dependencies: uses + [ownModule, "ExampleSupport"],
        path: "Sources/Examples",
        exclude: chapters.filter { $0.module != module }.map { "\($0.module)Example.swift" },
        sources: ["\(module)Example.swift"],
        swiftSettings: .house, plugins: ["TanglePlugin"]),
      .testTarget(
        name: "\(module)Tests", dependencies: uses + [ownModule],
        swiftSettings: .house, plugins: ["TanglePlugin"]),
    ]
  }
}
