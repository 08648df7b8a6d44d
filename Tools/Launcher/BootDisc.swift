import Foundation
import Subprocess

/// A disc with GRUB and the kernel, for PCs with BIOS and with UEFI.
///
/// The file is a hybrid: an ISO 9660 disc that begins with a partition table, so that it can be
/// copied to a USB stick as it is.
enum BootDisc {
    /// What `--print-command` calls the disc that it does not write.
    static let exampleName = "free-frames.iso"

    /// What the menu needs. Without them, `grub-mkrescue` packs all modules that GRUB has; it asks
    /// for the partition modules by itself.
    private static let modules = [
        "multiboot2", "normal", "configfile", "serial", "terminal", "iso9660", "fat", "boot",
        "part_acorn", "part_amiga", "part_apple", "part_bsd", "part_dfly", "part_dvh", "part_gpt",
        "part_msdos", "part_plan", "part_sun", "part_sunpc",
        "search", "search_fs_file", "search_fs_uuid", "search_label",
    ]

    /// Writes the disc to a file, whole or not at all, and returns the number of its bytes.
    static func write(image: String, words: String, to path: String) async throws -> Int {
        let disc = try await make(image: image, words: words)
        defer { disc.remove() }
        do {
            let bytes = try Data(contentsOf: disc.file)
            try bytes.write(to: URL(filePath: path), options: .atomic)
            return bytes.count
        } catch {
            throw LaunchFailure.discNotWritten(path: path, reason: error.reason)
        }
    }

    /// A disc in a folder of its own, to be removed with it.
    struct Temporary {
        fileprivate let folder: URL
        var file: URL { folder.appending(path: "disc.iso") }

        func remove() { try? FileManager.default.removeItem(at: folder) }
    }

    static func make(image: String, words: String) async throws -> Temporary {
        let files = FileManager.default
        let disc = Temporary(
            folder: files.temporaryDirectory.appending(path: "free-frames-\(UUID().uuidString)"))
        do {
            let boot = disc.folder.appending(path: "tree/boot")
            try files.createDirectory(
                at: boot.appending(path: "grub"), withIntermediateDirectories: true)
            try await strip(image, to: boot.appending(path: "kernel").path)
            try Data(menu(words: words).utf8).write(to: boot.appending(path: "grub/grub.cfg"))
            try await pack(disc)
            return disc
        } catch {
            disc.remove()
            throw error
        }
    }

    /// GRUB's commands. Each word in quotes of its own, so that blanks are kept and nothing is
    /// expanded.
    static func menu(words: String) -> String {
        let quoted = words.split(separator: " ", omittingEmptySubsequences: false)
            .map { "'\($0)'" }
        let arguments = words.isEmpty ? "" : " " + quoted.joined(separator: " ")
        return """
            serial --unit=0 --speed=115200
            terminal_output console serial
            multiboot2 /boot/kernel\(arguments)
            boot

            """
    }

    /// GRUB puts backslashes before quotes and backslashes (grub-core/lib/cmdline.c,
    /// `grub_create_loader_cmdline`), so a kernel would get other words than it was given.
    static func canCarry(words: String) -> Bool {
        words.unicodeScalars.allSatisfy { $0.value >= 0x20 && !#"'"\"#.unicodeScalars.contains($0) }
    }

    /// The Debian packages without which no disc can be made, in the order of their names.
    private static func missingPackages() -> [String] {
        var missing: [String] = []
        if let mkrescue = HostTool.find("grub-mkrescue") {
            // <prefix>/bin/grub-mkrescue takes the platforms from <prefix>/lib/grub, and writes
            // without a word a disc that lacks those that are not there.
            let platforms = mkrescue.deletingLastPathComponent().deletingLastPathComponent()
                .appending(path: "lib/grub")
            for (platform, package) in [
                ("i386-pc", "grub-pc-bin"), ("x86_64-efi", "grub-efi-amd64-bin"),
            ] {
                let list = platforms.appending(path: "\(platform)/moddep.lst")
                if !FileManager.default.fileExists(atPath: list.path) { missing.append(package) }
            }
        } else {
            missing.append("grub-common")
        }
        if HostTool.find("mformat") == nil { missing.append("mtools") }
        if HostTool.find("xorriso") == nil { missing.append("xorriso") }
        return missing.sorted()
    }

    static func requirePackages() throws(LaunchFailure) {
        let missing = missingPackages()
        guard missing.isEmpty else { throw .packagesMissing(missing, purpose: "a disc") }
    }

    static func requireWritable(_ path: String) throws(LaunchFailure) {
        let files = FileManager.default
        let folder = URL(filePath: path).deletingLastPathComponent().path
        guard (try? files.attributesOfItem(atPath: folder)[.type]) as? FileAttributeType != nil
        else { throw .discNotWritten(path: path, reason: "there is no folder \(folder)") }
        if let existing = try? files.attributesOfItem(atPath: path)[.type] as? FileAttributeType {
            // Above all no device: a stick is written by a command that names it.
            guard existing == .typeRegular else {
                throw .discNotWritten(path: path, reason: "it exists and is no plain file")
            }
            guard files.isWritableFile(atPath: path) else {
                throw .discNotWritten(path: path, reason: "the file may not be written")
            }
        }
        guard files.isWritableFile(atPath: folder) else {
            throw .discNotWritten(path: path, reason: "the folder may not be written")
        }
    }

    /// Symbols and line tables are ten times the code, and GRUB would read them too.
    private static func strip(_ image: String, to path: String) async throws {
        let package = "Swift 6.3 from swift.org"
        let tool = try await toolchainFolder(package: package).appending(path: "llvm-objcopy").path
        let strip = try await HostTool.run(tool, ["--strip-all", image, path], package: package)
        guard strip.terminationStatus.isSuccess else {
            throw LaunchFailure.discNotMade(tool: "llvm-objcopy", output: strip.standardOutput)
        }
    }

    /// The folder of the compiler's own tools, which `swift` on the search path may only link to.
    private static func toolchainFolder(package: String) async throws -> URL {
        struct Target: Decodable {
            struct Paths: Decodable { let runtimeResourcePath: String }
            let paths: Paths
        }
        let info = try await HostTool.run("swift", ["-print-target-info"], package: package)
        let words = Data(info.standardOutput.utf8)
        guard let target = try? JSONDecoder().decode(Target.self, from: words) else {
            throw LaunchFailure.discNotMade(tool: "swift", output: info.standardOutput)
        }
        return URL(filePath: target.paths.runtimeResourcePath).appending(path: "../../bin")
            .standardizedFileURL
    }

    private static func pack(_ disc: Temporary) async throws {
        let pack = try await HostTool.run(
            "grub-mkrescue",
            [
                "--output=\(disc.file.path)", "--locales=", "--fonts=", "--themes=",
                "--install-modules=\(modules.joined(separator: " "))",
                disc.folder.appending(path: "tree").path,
            ],
            package: "grub-common",
            // An interrupted grub-mkrescue leaves its work behind; there it goes with ours.
            environment: .inherit.updating(["TMPDIR": disc.folder.path]))
        guard pack.terminationStatus.isSuccess,
            FileManager.default.fileExists(atPath: disc.file.path)
        else { throw LaunchFailure.discNotMade(tool: "grub-mkrescue", output: pack.standardOutput) }
    }
}

extension Error {
    /// The system's own words where Foundation wraps them.
    fileprivate var reason: String {
        let underlying = (self as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
        guard let underlying, underlying.domain == NSPOSIXErrorDomain else {
            return localizedDescription
        }
        return unsafe String(cString: strerror(Int32(underlying.code)))
    }
}
