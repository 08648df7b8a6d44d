import Foundation
import Synchronization

/// The terminal's mode in which each key arrives at once and the kernel alone echoes it.
///
/// Ctrl-C still interrupts the launcher. The keys that would stop or abort it in this mode are
/// without effect, and Ctrl-D arrives as the byte 0x04.
final class KeyMode: Sendable {
    /// The settings to return to; nil while they are in force.
    private let former = Mutex<termios?>(nil)

    /// Without effect if standard input is no terminal, or that of a program in the background.
    func enter() {
        former.withLock { former in
            guard former == nil, isatty(STDIN_FILENO) != 0,
                tcgetpgrp(STDIN_FILENO) == getpgrp()
            else { return }
            var settings = termios()
            guard unsafe tcgetattr(STDIN_FILENO, &settings) == 0 else { return }
            former = settings
            settings.c_lflag &= ~tcflag_t(ICANON | ECHO | IEXTEN)
            settings.c_iflag &= ~tcflag_t(IXON)
            unsafe withUnsafeMutableBytes(of: &settings.c_cc) { characters in
                for stop in [VSUSP, VQUIT] { unsafe characters[Int(stop)] = Self.noCharacter }
                unsafe characters[Int(VMIN)] = 1
                unsafe characters[Int(VTIME)] = 0
            }
            unsafe tcsetattr(STDIN_FILENO, TCSADRAIN, &settings)
        }
    }

    func leave() {
        former.withLock { former in
            guard var settings = former else { return }
            unsafe tcsetattr(STDIN_FILENO, TCSADRAIN, &settings)
            former = nil
        }
    }

    /// What POSIX calls `_POSIX_VDISABLE`.
    #if os(Linux)
    private static let noCharacter: UInt8 = 0
    #else
    private static let noCharacter: UInt8 = 0xff
    #endif
}
