import ExampleSupport
import NaiveStack
import Paging
import SimulatedMachine

/// Prints what operations cost on a simulated machine: a heading, and a line for each.
///
/// It takes over the machine's `onEvent`, because a table write is told from another store only by
/// where it goes: to a frame that is a table at that moment.
public final class CostMeter {
    private let machine: SimulatedMachine
    private let root: FrameNumber
    /// The frames that are tables now.
    private var tables: Set<FrameNumber> = []
    /// How often the program stored to one of them.
    private var tableWrites = 0

    /// - Parameter root: the frame of the PML4 table.
    public init(_ machine: SimulatedMachine, root: FrameNumber) {
        self.machine = machine
        self.root = root
        machine.onEvent = { [unowned self] _, event in
            guard case .access(let access, _, let physical, _) = event, access.kind == .write,
                tables.contains(FrameNumber(physical.rawValue / Frame.size))
            else { return }
            tableWrites += 1
            // It may have linked a table, or unlinked one.
            tables = tables(under: root, at: .pml4)
        }
    }

    private static let columns: [(above: String, name: String)] = [
        ("table", "writes"), ("invali-", "dations"), ("walk", "loads"), ("TLB", "misses"),
        ("", "loads"), ("", "stores"),
    ]
    private static let labelWidth = 28

    /// The names of the columns, in two lines.
    public static let head = [line("", columns.map(\.above)), line("", columns.map(\.name))]
        .joined(separator: "\n")

    private static func line(_ label: String, _ cells: [String]) -> String {
        let text = zip(columns, cells).map { column, cell in
            "  " + cell.aligned(to: max(column.above.count, column.name.count))
        }
        return (label.padded(to: labelWidth) + text.joined()).withoutTrailingSpaces
    }

    /// What some operations cost.
    public struct Cost {
        var counters: Counters
        var tableWrites: Int
    }

    /// Runs some operations on processor 0.
    public func cost(of operations: () throws -> Void) rethrows -> Cost {
        tables = tables(under: root, at: .pml4)
        tableWrites = 0
        let before = machine.processor(0).counters
        try operations()
        return Cost(
            counters: machine.processor(0).counters - before, tableWrites: tableWrites)
    }

    /// Prints what some operations cost.
    public static func line(_ label: String, _ cost: Cost) {
        let figures = [
            cost.tableWrites, cost.counters.invalidations, cost.counters.tableLoads,
            cost.counters.misses, cost.counters.loads, cost.counters.stores,
        ]
        print(line("  \(label)", figures.map(String.init)))
    }

    /// Runs some operations and prints what they cost.
    public func line(_ label: String, _ operations: () throws -> Void) rethrows {
        Self.line(label, try cost(of: operations))
    }

    private func tables(under table: FrameNumber, at level: Level) -> Set<FrameNumber> {
        guard let below = level.below else { return [table] }
        var tables: Set = [table]
        for word in 0..<Frame.wordCount {
            let entry = PageTableEntry(machine.memory.load(word: word, of: table))
            if !entry.isPresent || entry.mapsPage(at: level) { continue }
            if tables.contains(entry.frame) { continue }
            tables.formUnion(self.tables(under: entry.frame, at: below))
        }
        return tables
    }
}
