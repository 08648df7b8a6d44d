import Mustache
import Tangle

/// What all pages share. The values given to a template are HTML already.
enum Templates {
    /// By this a page is known as the press's own.
    static let mark = "<meta name=\"generator\" content=\"the press of Free Frames\" />"

    private static let library: MustacheLibrary = {
        do {
            return MustacheLibrary(templates: [
                "page": try MustacheTemplate(string: page),
                "contents": try MustacheTemplate(string: contents),
                "head": try MustacheTemplate(string: head),
            ])
        } catch {
            fatalError("a template of the press is broken: \(error)")
        }
    }()

    static func page(
        _ chapter: Chapter, body: String, previous: Chapter?, next: Chapter?
    ) -> String {
        var values = values(of: chapter)
        values["pageTitle"] = "\(chapter.title.escapedForHTML) · \(Site.title)"
        values["body"] = body
        values["previous"] = previous.map { Self.values(of: $0) }
        values["next"] = next.map { Self.values(of: $0) }
        return render(values, "page")
    }

    static func contents(of book: Book) -> String {
        render(
            ["pageTitle": Site.title, "chapters": book.chapters.map { values(of: $0) }], "contents")
    }

    private static func values(of chapter: Chapter) -> [String: Any] {
        let sections = chapter.headings.filter { $0.level == 2 }.map {
            ["text": $0.text.escapedForHTML, "identifier": $0.identifier.escapedForHTML]
        }
        return [
            "number": chapter.name.number, "page": chapter.name.pageName,
            "title": chapter.title.escapedForHTML,
            "identifier": chapter.headings.first?.identifier.escapedForHTML ?? "",
            "sections": sections, "hasSections": !sections.isEmpty,
        ]
    }

    private static func render(_ values: [String: Any], _ name: String) -> String {
        guard let page = library.render(values, withTemplate: name) else {
            fatalError("the press has no template '\(name)'")
        }
        return page
    }

    private static let head = """
        <!DOCTYPE html>
        <html lang="en-GB" xmlns="http://www.w3.org/1999/xhtml">
        <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        \(mark)
        <title>{{{pageTitle}}}</title>
        <link rel="stylesheet" href="style.css" />
        {{#previous}}<link rel="prev" href="{{{page}}}" />
        {{/previous}}{{#next}}<link rel="next" href="{{{page}}}" />
        {{/next}}</head>

        """

    private static let page = """
        {{>head}}<body>
        <a class="skip" href="#{{{identifier}}}">Skip to the chapter</a>
        <header>
        <a href="index.html">\(Site.title)</a>
        {{#hasSections}}<details>
        <summary>In this chapter</summary>
        <nav aria-label="Sections">
        <ul>
        {{#sections}}<li><a href="#{{{identifier}}}">{{{text}}}</a></li>
        {{/sections}}</ul>
        </nav>
        </details>
        {{/hasSections}}</header>
        <main>
        <p class="number">Chapter {{{number}}}</p>
        {{{body}}}</main>
        <footer>
        <nav aria-label="Chapters">
        {{#previous}}<a class="previous" rel="prev" href="{{{page}}}"><span>Previous</span> \
        {{{number}}} {{{title}}}</a>
        {{/previous}}{{#next}}<a class="next" rel="next" href="{{{page}}}"><span>Next</span> \
        {{{number}}} {{{title}}}</a>
        {{/next}}</nav>
        </footer>
        </body>
        </html>

        """

    private static let contents = """
        {{>head}}<body>
        <main class="contents">
        <h1>\(Site.title)</h1>
        <p>How a kernel hands out physical memory: a book whose chapters are the program.</p>
        <nav aria-label="Contents">
        <ol>
        {{#chapters}}<li>
        <a class="chapter" href="{{{page}}}"><span>{{{number}}}</span> {{{title}}}</a>
        {{#hasSections}}<ul>
        {{#sections}}<li><a href="{{{page}}}#{{{identifier}}}">{{{text}}}</a></li>
        {{/sections}}</ul>
        {{/hasSections}}</li>
        {{/chapters}}</ol>
        </nav>
        </main>
        </body>
        </html>

        """
}
