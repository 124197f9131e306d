import node from '@astrojs/node';
import { defineConfig } from 'astro/config';

export default defineConfig({
  output: 'server',
  adapter: node({ mode: 'middleware', bodySizeLimit: 64 * 1024 }),
  session: false,
  compressHTML: true,
  trailingSlash: 'always',
  build: { inlineStylesheets: 'never' },
  devToolbar: { enabled: false },
  // The front door has checked host, origin and size before Astro sees a request (see DECISIONS.md).
  security: { checkOrigin: false, allowedDomains: [{}] },
  cache: { provider: { entrypoint: new URL('./src/cache-provider.ts', import.meta.url) } },
  vite: {
    build: { assetsInlineLimit: 0 },
    plugins: [
      {
        // Core and server stay outside the bundle: Node resolves them through package.json "imports" and strips
        // the types itself, so that pages, command line, worker and tests share the very same modules.
        name: 'core-stays-outside',
        enforce: 'pre',
        apply: 'build',
        resolveId: (id) => (id.startsWith('#core/') || id.startsWith('#server/') ? { id, external: true } : undefined),
      },
    ],
  },
});
