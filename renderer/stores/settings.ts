/** The host's settings, and the theme they name. The theme is also kept in the browser, so that a page starts in the right colours. */
import { defineStore } from 'pinia';
import { computed, shallowRef, watchEffect } from 'vue';
import type { Settings, SettingsChange } from '../../runtime/contract/settings.ts';
import { useBridge } from '../bridge/bridge.ts';

export type Theme = Settings['theme'];

const THEME_KEY = 'vstack.theme';
export const themes: readonly Theme[] = ['system', 'light', 'dark'];

const rememberedTheme = (): Theme => {
  const stored = localStorage.getItem(THEME_KEY) as Theme | null;
  return stored && themes.includes(stored) ? stored : 'system';
};

export const useSettingsStore = defineStore('settings', () => {
  const settings = shallowRef<Settings | null>(null);
  const theme = shallowRef<Theme>(rememberedTheme());
  const prefersLight = window.matchMedia('(prefers-color-scheme: light)');
  const systemIsLight = shallowRef(prefersLight.matches);
  prefersLight.addEventListener('change', (event) => (systemIsLight.value = event.matches));

  const resolvedTheme = computed(() => (theme.value === 'system' ? (systemIsLight.value ? 'light' : 'dark') : theme.value));
  watchEffect(() => {
    document.documentElement.dataset.theme = resolvedTheme.value;
  });

  const setTheme = (next: Theme): void => {
    theme.value = next;
    localStorage.setItem(THEME_KEY, next);
  };
  const apply = (next: Settings): void => {
    settings.value = next;
    setTheme(next.theme);
  };

  return {
    settings,
    theme,
    resolvedTheme,
    apply,
    hydrate: async (): Promise<void> => apply(await useBridge().call('settings:get', {})),
    /** Saves some of them; every window hears of it. @throws VStackError bad_request for a value the host refuses */
    change: async (changes: SettingsChange): Promise<void> => apply(await useBridge().call('settings:set', changes)),
    /** Takes effect at once; the host is told so that the next door opens the same way. */
    chooseTheme: async (next: Theme): Promise<void> => {
      setTheme(next);
      await useBridge().call('settings:set', { theme: next });
    },
  };
});
