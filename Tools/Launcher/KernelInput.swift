import Subprocess

/// Hands standard input to the kernel, a line for each prompt.
///
/// Nothing is read before the first prompt: a loader would take the bytes, or the serial port lose
/// them when the kernel sets it up. At the end of input the kernel gets an end of transmission,
/// the byte 0x04 that Ctrl-D types.
struct KernelInput {
    static let endOfTransmission: UInt8 = 0x04

    let writer: StandardInputWriter
    let watchdog: Watchdog

    /// - Parameter prompts: An element whenever the kernel asks for a command.
    func relay(at prompts: AsyncStream<Void>) async {
        let input = StandardInput()
        var pending: ArraySlice<UInt8> = []
        var hasEnded = false
        for await _ in prompts {
            var isLineBegun = false
            while true {
                if pending.isEmpty && !hasEnded {
                    pending = await input.read()[...]
                    hasEnded = pending.isEmpty
                    if Task.isCancelled { return }
                }
                if pending.isEmpty {
                    // A last line without its end gets one; the next prompt, the end of input.
                    await send([isLineBegun ? UInt8(ascii: "\n") : Self.endOfTransmission])
                    if !isLineBegun { return }
                    break
                }
                let end = pending.firstIndex(of: UInt8(ascii: "\n"))
                let part = pending.prefix(through: end ?? pending.endIndex - 1)
                pending = pending.dropFirst(part.count)
                await send(part, endsLine: end != nil)
                if end != nil { break }
                isLineBegun = true
            }
        }
    }

    private func send(_ bytes: some Collection<UInt8>, endsLine: Bool = true) async {
        if endsLine { watchdog.resume() }
        // A machine that ended takes nothing more; how it ended is told elsewhere.
        _ = try? await writer.write(Array(bytes))
    }
}
