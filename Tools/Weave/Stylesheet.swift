extension Templates {
    /// The look of all pages: the system's fonts, light or dark as the reader has it.
    static let stylesheet = """
        :root {
            color-scheme: light dark;
            --ink: #1b1f24; --faint: #56616c; --paper: #fdfdfb; --panel: #f2f3f0; --line: #d3d7d2;
            --link: #14508c; --wrong: #9c2a1f; --try: #7a5200;
        }
        @media (prefers-color-scheme: dark) {
            :root {
                --ink: #e6e9ec; --faint: #a5afb9; --paper: #15181b; --panel: #1f2428; --line: #3a4249;
                --link: #8fc0f5; --wrong: #f09b90; --try: #e6be6c;
            }
        }
        * { box-sizing: border-box; }
        html { font: 112.5%/1.55 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
        body { margin: 0 auto; padding: 0 1.2rem 3rem; max-width: 54rem; overflow-wrap: break-word; }
        main > :not(figure, details), .drawing { max-width: 42rem; }
        a { color: var(--link); }
        :focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
        .skip { position: absolute; left: -99rem; }
        .skip:focus { left: 1rem; top: 1rem; padding: .4rem; background: var(--paper); }
        header { padding: 1rem 0; border-bottom: 1px solid var(--line); color: var(--faint); }
        header > a { font-weight: 600; text-decoration: none; }
        header details { margin-top: .3rem; }
        summary { cursor: pointer; }
        .number { margin: 2.5rem 0 0; color: var(--faint); }
        h1, h2, h3, h4, h5, h6 { line-height: 1.2; text-wrap: balance; }
        h1 { margin: .2rem 0 1.5rem; font-size: 2.1rem; }
        h2 { margin: 3rem 0 1rem; font-size: 1.5rem; }
        h3 { margin: 2rem 0 .8rem; font-size: 1.2rem; }
        .anchor { color: var(--faint); text-decoration: none; opacity: 0; }
        :is(h1, h2, h3, h4, h5, h6):hover .anchor, .anchor:focus { opacity: 1; }
        code, pre { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; }
        code { font-size: .88em; }
        figure { margin: 1.5rem 0; }
        figcaption { color: var(--faint); font-size: .85rem; }
        .drawing img { display: block; width: 100%; height: auto; }
        .drawing figcaption { margin-top: .5rem; text-align: center; }
        .code { border: 1px solid var(--line); border-radius: 4px; background: var(--panel); }
        .code figcaption { padding: .2rem .8rem; border-bottom: 1px solid var(--line); }
        .wrong figcaption { color: var(--wrong); }
        .exercise figcaption, .answer figcaption, .solution > summary { color: var(--try); }
        pre { margin: 0; padding: .6rem .8rem; overflow-x: auto; line-height: 1.4; }
        pre code { font-size: .8rem; }
        table { border-collapse: collapse; }
        th, td { padding: .3rem .6rem; border: 1px solid var(--line); text-align: left; }
        blockquote { margin: 1.5rem 0; padding-left: 1rem; border-left: 3px solid var(--line); }
        footer { margin-top: 4rem; padding-top: 1rem; border-top: 1px solid var(--line); }
        footer nav { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 1rem; }
        footer .next { margin-left: auto; text-align: right; }
        footer span { display: block; color: var(--faint); font-size: .85rem; }
        .contents h1 { margin-top: 3rem; }
        .contents ol { padding: 0; list-style: none; }
        .contents ol > li { margin-top: 1.5rem; }
        .contents ul { margin: .3rem 0 0; padding: 0 0 0 2.8rem; list-style: none; }
        .contents .chapter { font-size: 1.2rem; font-weight: 600; }
        .contents .chapter span { display: inline-block; width: 2em; color: var(--faint); }
        .contents li a { text-decoration: none; }
        .contents li a:hover { text-decoration: underline; }
        @media (max-width: 40rem) { html { font-size: 100%; } pre code { font-size: .75rem; } }
        @media print { header, footer, .anchor, .skip { display: none; } }

        """
}
