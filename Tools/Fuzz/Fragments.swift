/// What mutated chapters are made of.
enum Fragments {
    /// Well-formed pieces of a chapter.
    static let whole = [
        "Prose with `code`, *emphasis* and a [link](01-fuzzed.md#title).\n",
        "## A section\n",
        "## A section\n\n### Below it\n",
        "Setext\n------\n",
        "```swift\nlet a = 1\n```\n",
        "~~~swift\nlet a = \"~~~\"\n~~~\n",
        "`````swift\nlet fence = \"```\"\n`````\n",
        "```swift\nfunc f() {\n    // <<body>>\n}\n```\n",
        "```swift chunk=\"body\"\nprint(1)\n\n// <<inner>>\nprint(2)\n```\n",
        "```swift chunk=\"body\" append\nprint(3)\n```\n",
        "```swift chunk=inner\nprint(4)\n```\n",
        "```swift chunk=\"body\"\nprint(1)\n```\n\n```swift\n// <<body>>\n// <<body>>\n```\n",
        "```swift example\n@main struct Main { static func main() {} }\n```\n",
        "```swift test\nimport Testing\n@Test func works() { #expect(1 + 1 == 2) }\n```\n",
        "```swift wrong\nlet a: Int = \"\" // expected-error {{cannot convert}}\n```\n",
        "```swift exercise=1\nfunc f() {}\n```\n\n```swift exercise=1 test\nf()\n```\n\n"
            + "```swift solution=1\nfunc f() { }\n```\n",
        "```console\n$ swift run fuzzed\n…\n```\n",
        "```console measured\n$ swift run fuzzed\n1  2\n```\n",
        "```asm from=\"Sources/Boot/entry.s\"\nnop\n```\n",
        "```c from=\"Sources/CPU/cpu.h\"\nint f(void);\n```\n",
        "```text\n+--+\n|  |\n+--+\n```\n",
        "```swift\nlet s = \"\"\"\n    // no reference\n      two\n    \"\"\"\n```\n",
        "```swift\nlet s = #\"\"\"\n    \\(1) \\#(2)\n    \"\"\"#\n```\n",
        "```swift\n/* /* nested */ */ let s = \"\\(\"\\(1)\")\" // end\n```\n",
        "<details>\n<summary>More</summary>\n\n```swift\nlet a = 1\n```\n\n</details>\n",
        "<!-- a comment -->\n",
        "![what it shows](figures/stack.svg \"A caption\")\n",
        "| a | b |\n|---|---|\n| 1 | 2 |\n",
        "1. one\n2. two\n\n   ```swift\n   let a = 1\n   ```\n",
        "- one\n  - two\n\n    ```swift\n    let a = 1\n    ```\n",
        "> quoted\n>\n> ```swift\n> let a = 1\n>\n> ```\n",
        "[reference]: https://example.org \"title\"\n\n[reference]\n",
        "At most `≤ 3` and at least `≥ 100×`.\n",
        "---\n", "***\n", "\n",
    ]

    /// What breaks things.
    static let broken = [
        "```", "```swift", "```swift\n", "\n```swift\n", "\n```\n", "~~~", "\n~~~swift\n", "````",
        "\n``` swift `x`\n", "\n    ```swift\n", "\n\t```swift\n", "<!--", "-->", "<div>\n", "</div>",
        "<script>\n", "<![CDATA[", "<?", "// <<body>>", "\n// <<body>>\n", "\n    // <<inner>>\n",
        "\n\t// <<body>>\n", "// <<", ">>", "// <<>>", "//<<body>>\n", "\"", "\"\"\"", "\n\"\"\"\n",
        "#\"", "\"#", "##\"\"\"", "/*", "*/", "\\(", ")", "\\", "`", "``", "![", "](", "][", "]", "[a]: ",
        "&#0;", "&quot;", "&NotEqualTilde;", "\u{FEFF}", "\0", "\r", "\r\n", "\t", "\u{2028}", "\u{85}",
        "\u{0B}", "\u{301}", "\u{1F468}\u{200D}\u{1F469}", "\n# Title\n", "\n#\n", "\n## !!!\n",
        "\n=====\n", "swift chunk=", "chunk=\"\"", " append", " test", " exercise=1", " exercise=9999999999999999999",
        " solution=0", " wrong", " measured", " from=\"Sources/../x\"", "≥ ", "http://example.org",
        "<mailto:a@b.c>", "  \n", "\u{A0}", "&lt;", "'", "=", "\n> ", "\n- ", "\n1. ", "\n10) ",
    ]

    static let containers = [
        ("- ", "  "), ("* ", "  "), ("+   ", "    "), ("1. ", "   "), ("10) ", "    "), ("> ", "> "),
        (">", ">"), ("-\t", "\t"), ("   ", "   "), (" ", ""), ("- - ", "    "), ("> - ", ">   "),
    ]

    static let lineStarts = [
        " ", "  ", "   ", "    ", "\t", "> ", ">", "- ", "1. ", "#", "```", "~~~", "`", "// ", "<", "\\",
        "\u{FEFF}", "\"",
    ]

    /// What nests when it is repeated.
    static let nestings = [
        "> ", "- ", "1. ", "*", "**", "_a_", "[", "![", "](a)", "`", "```", "~", "<", "<b>", "(", "((",
        "\"", "\\(", "\"\\(", "#", "/*", "*/", "\n>", "\n - ", "\n\n", "&", "\\", "a ", "\t", "// <<a>>\n",
        "```swift\n```\n", "![a](b)", "*a **a ", "[a](", "<a href=\"", "\u{301}",
    ]
}
