import Foundation
import Tangle

extension Book {
    /// Stands in for the link checker until it is merged; then this file goes.
    func linkFaults(root: URL) -> [Diagnostic] { [] }
}
