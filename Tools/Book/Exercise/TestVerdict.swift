import Foundation
import Tangle

/// How the tests of one target went, as Swift Testing's event stream tells it.
enum TestVerdict {
    case passed(tests: Int)
    case failed([Diagnostic], failed: Int, of: Int)
    case nothingRan
    /// The tests stopped in the middle, with what the runtime said last.
    case trapped(String)
    case timedOut

    /// - Parameters:
    ///   - outcome: how `swift test` ended.
    ///   - events: the event stream, one JSON object in each line.
    init(_ outcome: ChildProcess.Outcome, events: String) {
        if outcome.ending == .timedOut {
            self = .timedOut
            return
        }
        let decoder = JSONDecoder()
        let records = events.cutIntoPrintedLines().compactMap {
            try? decoder.decode(Record.self, from: Data($0.utf8))
        }
        let payloads = records.map(\.payload)
        let functions = Set(payloads.filter { $0.kind == "function" }.compactMap(\.id))
        let ended = payloads.filter { $0.kind == "testEnded" }.compactMap(\.testID)
        let tests = functions.intersection(ended).count
        guard payloads.contains(where: { $0.kind == "runEnded" }) else {
            self = .trapped(Self.lastWords(of: outcome))
            return
        }
        let failures = payloads.filter { $0.failure != nil }
        if !failures.isEmpty {
            self = .failed(
                Diagnostics(failures.compactMap(\.failure)).all,
                failed: Set(failures.compactMap(\.testID)).count, of: tests)
        } else if tests == 0 {
            self = .nothingRan
        } else {
            self = .passed(tests: tests)
        }
    }

    /// The runtime's message; without one, the last lines that were printed.
    private static func lastWords(of outcome: ChildProcess.Outcome) -> String {
        guard let message = outcome.lines.first(where: { $0.contains("Fatal error") }) else {
            return outcome.lines.suffix(3).joined(separator: "\n    ")
        }
        // The runtime names a file by its module.
        guard let place = message.prefixMatch(of: /\w+\/([^\/:]+\.)(md|swift):/) else {
            return message
        }
        let folder = place.2 == "md" ? "Chapters" : "Exercises"
        return "\(folder)/\(place.1)\(place.2):" + message[place.range.upperBound...]
    }
}

/// One line of the event stream; only what is needed of it.
private struct Record: Decodable {
    var payload: Payload

    struct Payload: Decodable {
        var kind: String?
        var id: String?
        var testID: String?
        var issue: Issue?
        var messages: [Message]?

        /// A recorded issue that counts as a failure.
        var failure: Diagnostic? {
            guard kind == "issueRecorded", let issue, issue.isKnown != true,
                issue.isFailure != false
            else { return nil }
            let place = issue.sourceLocation
            let text = (messages ?? []).compactMap(\.text).joined(separator: "\n    ")
            return Diagnostic(
                path: place?.path ?? "Exercises",
                position: Position(line: place?.line ?? 1, column: place?.column ?? 1),
                message: text)
        }
    }

    struct Issue: Decodable {
        var isKnown: Bool?
        var isFailure: Bool?
        var sourceLocation: Place?
    }

    struct Place: Decodable {
        var filePath: String?
        var _filePath: String?
        var line: Int?
        var column: Int?

        var path: String? { filePath ?? _filePath }
    }

    struct Message: Decodable {
        var text: String?
    }
}
