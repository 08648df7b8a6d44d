// The executable of Chapters/02-paging.md, where its code stands.
