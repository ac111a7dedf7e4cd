/** Line icons on a 16 px grid, drawn with `currentColor`. `fill` icons are solid shapes. */
export interface IconShape {
  path: string;
  fill?: boolean;
}

export const icons = {
  cluster: { path: 'M3 2.5h10a1 1 0 0 1 1 1v2a1 1 0 0 1-1 1H3a1 1 0 0 1-1-1v-2a1 1 0 0 1 1-1zM3 9.5h10a1 1 0 0 1 1 1v2a1 1 0 0 1-1 1H3a1 1 0 0 1-1-1v-2a1 1 0 0 1 1-1zM4.7 4.5h.1M4.7 11.5h.1' },
  library: { path: 'M3.5 3h9A1.5 1.5 0 0 1 14 4.5v7a1.5 1.5 0 0 1-1.5 1.5h-9A1.5 1.5 0 0 1 2 11.5v-7A1.5 1.5 0 0 1 3.5 3zM6.8 6l3 2-3 2z' },
  dashboard: { path: 'M2 13.5h12M3.5 10.5l3-4 2.5 2.5 3.5-5.5' },
  network: { path: 'M2.5 4.5h5M11.5 4.5h2M9.5 2.8v3.4M2.5 8h1.5M8 8h5.5M6 6.3v3.4M2.5 11.5h6M12.5 11.5h1M10.5 9.8v3.4' },
  consensus: { path: 'M4 6.3a1.8 1.8 0 1 1 0 3.4 1.8 1.8 0 0 1 0-3.4zM12 2a1.8 1.8 0 1 1 0 3.6A1.8 1.8 0 0 1 12 2zM12 10.4a1.8 1.8 0 1 1 0 3.6 1.8 1.8 0 0 1 0-3.6zM5.7 7.2l4.6-2.4M5.7 8.8l4.6 2.4' },
  benchmarks: { path: 'M8 4.2a4.9 4.9 0 1 1 0 9.8 4.9 4.9 0 0 1 0-9.8zM8 9.1V6.5M6.5 2h3' },
  chaos: { path: 'M8.8 1.8L3.5 9H7l-.8 5.2L11.8 7H8.3z' },
  storage: { path: 'M8 2.5c3 0 5 .8 5 1.9s-2 1.9-5 1.9-5-.8-5-1.9 2-1.9 5-1.9zM3 4.4v7.2c0 1.1 2 1.9 5 1.9s5-.8 5-1.9V4.4M3 8c0 1.1 2 1.9 5 1.9S13 9.1 13 8' },
  reports: { path: 'M4 2h5.500L13 5.500V14H4zM9.5 2v3.500H13M6 8.500h4.500M6 11h4.5' },
  settings: { path: 'M8 6a2 2 0 1 1 0 4 2 2 0 0 1 0-4zM8 1.800v2M8 12.200v2M1.8 8h2M12.2 8h2M3.6 3.600L5 5M11 11l1.4 1.400M3.6 12.400L5 11M11 5l1.4-1.4' },
  about: { path: 'M8 2.200a5.8 5.8 0 1 1 0 11.600A5.8 5.8 0 0 1 8 2.200zM8 7.300v3.700M8 5.100v.1' },
  play: { path: 'M5 3.2v9.6l7.8-4.8z', fill: true },
  pause: { path: 'M4.5 3h2.5v10H4.5zM9 3h2.5v10H9z', fill: true },
  stop: { path: 'M4 4h8v8H4z', fill: true },
  kill: { path: 'M9 1.8L3.8 9h3.7L6.8 14.2 12.2 7H8.5z' },
  restart: { path: 'M13 8a5 5 0 1 1-1.5-3.6M13 2.5V5h-2.5' },
  remove: { path: 'M3 4.5h10M6.5 4.5V3h3v1.5M4.5 4.5l.6 8.5h5.8l.6-8.5M6.8 7v3.8M9.2 7v3.8' },
  add: { path: 'M8 3v10M3 8h10' },
  less: { path: 'M3.5 8h9' },
  upload: { path: 'M8 10.5V3M5 5.8L8 3l3 2.8M3 10.5v2h10v-2' },
  close: { path: 'M4 4l8 8M12 4l-8 8' },
  back: { path: 'M9.5 3.5L5 8l4.5 4.5' },
  volume: { path: 'M2.5 6.2h2.3L8 3.5v9l-3.2-2.7H2.5zM10.5 6a2.8 2.8 0 0 1 0 4M12.2 4.2a5.3 5.3 0 0 1 0 7.6' },
  muted: { path: 'M2.5 6.2h2.3L8 3.5v9l-3.2-2.7H2.5zM10.8 6.3l3.4 3.4M14.2 6.3l-3.4 3.4' },
  fullscreen: { path: 'M3 6V3h3M10 3h3v3M13 10v3h-3M6 13H3v-3' },
  light: { path: 'M8 5.2a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 0 1 0-5.6zM8 1.5v1.3M8 13.2v1.3M1.5 8h1.3M13.2 8h1.3M3.4 3.4l.9.9M11.7 11.7l.9.9M3.4 12.6l.9-.9M11.7 4.3l.9-.9' },
  dark: { path: 'M13 9.6A5.5 5.5 0 0 1 6.4 3a5.5 5.5 0 1 0 6.6 6.6z' },
  system: { path: 'M2.5 3.5h11v7.5h-11zM6 13.5h4' },
  film: { path: 'M3 3h10v10H3zM5.5 3v10M10.5 3v10M3 6.3h2.5M3 9.7h2.5M10.5 6.3H13M10.5 9.7H13' },
} as const satisfies Record<string, IconShape>;

export type IconName = keyof typeof icons;
