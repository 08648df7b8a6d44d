import Foundation
import Tangle

/// A stand-in for `swift` that the commands of console blocks find first: `swift run PRODUCT` and
/// `swift run -c CONFIGURATION PRODUCT` start the executable that is built already, without the
/// build's own messages; everything else goes to the real `swift`.
struct SwiftShim {
    /// The folder to put first on the path.
    let folder: URL

    init(in workFolder: URL, build: BuildFolder) throws {
        folder = workFolder.appendingPathComponent("shim")
        let file = folder.appendingPathComponent("swift")
        try file.writeIfChanged(
            Self.script(build, others: Self.otherConfigurations(in: workFolder)))
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o755], ofItemAtPath: file.path)
    }

    /// Where executables are built whose configuration is not this one's.
    static func otherConfigurations(in workFolder: URL) -> URL {
        workFolder.appendingPathComponent("other-configurations")
    }

    /// The `PATH` of a console block's commands.
    var path: String { "\(folder.path):\(ProcessInfo.processInfo.environment["PATH"] ?? "")" }

    private static func script(_ build: BuildFolder, others: URL) -> String {
        """
        #!/bin/sh
        # Written by `book check`: starts what is built already.
        start() {
            case "$1" in
            \(build.configuration)) executable=\(quoted(build.folder.path))/$2 ;;
            *) executable=\(quoted(others.path))/$1/$2 ;;
            esac
            if [ ! -x "$executable" ]; then
                echo "error: no executable '$2' is built in $1"
                exit 1
            fi
            shift 2
            exec "$executable" "$@"
        }
        if [ "$1" = run ]; then
            case "$2" in
            -c | --configuration)
                case "$4" in
                -* | '') ;;
                *) shift 2; start "$@" ;;
                esac ;;
            -* | '') ;;
            *) shift; start \(build.configuration) "$@" ;;
            esac
        fi
        PATH=${PATH#*:} exec swift "$@"

        """
    }

    private static func quoted(_ text: String) -> String {
        "'" + text.replacing("'", with: "'\\''") + "'"
    }
}
