import { readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { constants, gzipSync } from "node:zlib";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig, type Plugin } from "vite";

const compressible = /\.(html|js|css|svg|ttf|eot)$/;

/** Writes FILE.gz beside every text file, so that the gateway compresses nothing at run time. */
function compress(): Plugin {
  const walk = (directory: string): string[] =>
    readdirSync(directory).flatMap((name) => {
      const path = join(directory, name);
      return statSync(path).isDirectory() ? walk(path) : [path];
    });
  return {
    name: "compress",
    apply: "build",
    writeBundle(options) {
      for (const path of walk(options.dir ?? "dist").filter((name) => compressible.test(name))) {
        writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: constants.Z_BEST_COMPRESSION }));
      }
    },
  };
}

/** The gateway's content security policy allows no inline code; a page that needs some must not leave the build. */
function refuseInlineCode(): Plugin {
  return {
    name: "refuse-inline-code",
    apply: "build",
    enforce: "post",
    generateBundle(_, bundle) {
      for (const file of Object.values(bundle)) {
        if (!file.fileName.endsWith(".html") || file.type !== "asset") continue;
        const html = String(file.source);
        if (/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+=/i.test(html)) {
          this.error(`${file.fileName}: inline script or style`);
        }
      }
    },
  };
}

export default defineConfig({
  plugins: [svelte(), refuseInlineCode(), compress()],
  build: {
    assetsInlineLimit: 0,
    target: "es2022",
    modulePreload: { polyfill: false },
    sourcemap: false,
    rollupOptions: {
      output: {
        entryFileNames: "assets/[name]-[hash].js",
        chunkFileNames: "assets/[name]-[hash].js",
        assetFileNames: "assets/[name]-[hash][extname]",
      },
    },
  },
});
