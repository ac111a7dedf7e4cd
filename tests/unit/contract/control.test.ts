import { describe, expect, it } from 'vitest';
import { callNames, eventNames } from '../../../runtime/contract/channels.ts';
import { calls, events } from '../../../runtime/contract/control/index.ts';
import { defaultSettings, migrateSettings, Settings, SettingsChange, SETTINGS_VERSION } from '../../../runtime/contract/settings.ts';

describe('the control contract', () => {
  it('has the same names as the list that the preload bridge carries', () => {
    expect([...callNames].sort()).toEqual(Object.keys(calls).sort());
    expect([...eventNames].sort()).toEqual(Object.keys(events).sort());
  });

  it('says for every call what permission it needs and what it does', () => {
    for (const call of Object.values(calls)) {
      expect(['read', 'write', 'execute']).toContain(call.needs);
      expect(call.summary).toMatch(/\.$/);
    }
  });

  it('refuses an input that is no object for every call', () => {
    for (const call of Object.values(calls)) expect(call.input.safeParse('nonsense').success).toBe(false);
  });
});

describe('settings', () => {
  it('change only where a change names them, and never by a default', () => {
    expect(calls['settings:set'].input.parse({ theme: 'dark' })).toEqual({ theme: 'dark' });
    expect(Object.keys(SettingsChange.shape)).toEqual(Object.keys(Settings.shape).filter((name) => name !== 'version'));
  });

  it('read back as they were written', () => {
    const settings = { ...defaultSettings(), nodeCount: 3, theme: 'dark' as const };
    expect(migrateSettings(JSON.parse(JSON.stringify(settings)))).toEqual(settings);
  });

  it('of a newer program are refused instead of overwritten', () => {
    expect(() => migrateSettings({ version: SETTINGS_VERSION + 1 })).toThrow(/newer program/);
  });

  it('name the field that is wrong', () => {
    expect(() => migrateSettings({ ...defaultSettings(), nodeCount: 99 })).toThrow(/nodeCount/);
    expect(() => migrateSettings('text')).toThrow(/no version/);
  });
});
