"""The figures of docs/performance.md, each beside what it is compared with."""
