/// What is added to the end of the package's manifest, in a copy of the package, so that only some
/// of its targets are left: no tests, and no dependencies that would have to be fetched.
enum ReducedManifest {
    /// - Parameter targets: what must be left, beside whatever these depend on and the tangler.
    static func keeping(_ targets: [String]) -> String {
        """

        var kept: Set = ["CMark", "Tangle", "TangleTool", "TanglePlugin"]
        var waiting = \(targets)
        while let name = waiting.popLast() {
            guard kept.insert(name).inserted else { continue }
            for target in package.targets where target.name == name {
                for case .byNameItem(let needed, _) in target.dependencies {
                    waiting.append(needed)
                }
            }
        }
        package.targets.removeAll { !kept.contains($0.name) }
        package.products.removeAll { $0.name != "kernel-image" || !kept.contains("KernelImage") }
        package.dependencies = []

        """
    }
}
