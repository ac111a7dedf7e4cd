/// <reference types="vite/client" />

declare module '*.vue' {
  import type { DefineComponent } from 'vue';
  const component: DefineComponent<object, object, unknown>;
  export default component;
}

/** The light build lacks subtitles, alternative audio and DRM, none of which a stored video has. It ships without types of its own. */
declare module 'hls.js/light' {
  export * from 'hls.js';
  export { default } from 'hls.js';
}

/** Made by scripts/lib/licences.ts when the page is built. */
declare module 'virtual:licences' {
  export interface Licence {
    name: string;
    version: string;
    /** SPDX, as the package says. */
    licence: string;
    homepage: string | null;
    /** Whether the program itself asks for it, not only one of its packages. */
    isDirect: boolean;
    /** The text that came with the package; empty when it brought none. */
    text: string;
  }
  const licences: readonly Licence[];
  export default licences;
}
