"""What every page uses: session state, caches, widgets, charts, client-side components, advice."""
