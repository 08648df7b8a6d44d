// The executable of Chapters/A1-simulated-machine.md, where its code stands.
