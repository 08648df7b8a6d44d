import ArgumentParser
import Foundation

/// What starts the kernel: QEMU itself, or a PC's firmware that finds a disc.
enum Firmware: String, ExpressibleByArgument, CaseIterable {
    /// QEMU's `-kernel`, by the PVH note.
    case none
    /// SeaBIOS, then GRUB from the disc, by the Multiboot2 header.
    case bios
    /// OVMF, then GRUB's UEFI program from the same disc.
    case uefi

    /// UEFI for QEMU as Debian's package ovmf installs it.
    static let ovmf = "/usr/share/ovmf/OVMF.fd"

    /// With 32M this OVMF meets an exception of its own, with less it powers the machine off.
    static let ovmfMinimum = MemorySize(mebibytes: 64)

    func requireInstalled() throws(LaunchFailure) {
        if self == .uefi && !FileManager.default.isReadableFile(atPath: Self.ovmf) {
            throw .packagesMissing(["ovmf"], purpose: "--firmware uefi")
        }
    }
}

/// An image that `--image` names.
enum ImageFormat {
    case kernel
    case disc

    /// A disc has the words `CD001` in its sector 16 (ECMA-119, section 8.4, "Primary Volume
    /// Descriptor"); all else is left to QEMU's judgement.
    init(ofFileAt path: String) throws(LaunchFailure) {
        do {
            let file = try FileHandle(forReadingFrom: URL(filePath: path))
            defer { try? file.close() }
            try file.seek(toOffset: 16 * 2048 + 1)
            self = try file.read(upToCount: 5) == Data("CD001".utf8) ? .disc : .kernel
        } catch {
            throw .imageUnreadable(path: path)
        }
    }
}
