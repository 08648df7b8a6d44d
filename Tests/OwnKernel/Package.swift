// swift-tools-version: 6.2
import PackageDescription

// A package that is used by its path is known by the name of its folder.
let folder = Context.packageDirectory.split(separator: "/").dropLast(2).last!
let modules = ["NaiveStack", "Paging", "DirectMap", "Reservoir"]

let package = Package(
    name: "OwnKernel",
    dependencies: [.package(path: "../..")],
    targets: [
        .target(
            name: "OwnKernel",
            dependencies: modules.map { .product(name: $0, package: String(folder)) })
    ],
    swiftLanguageModes: [.v6]
)
