/** What a person does to scenarios: play and stop them, keep them, bring them as files. Failures and ways back are told in toasts. */
import type { ShallowRef } from 'vue';
import type { CallInput } from '../../runtime/contract/control/index.ts';
import type { Scenario } from '../../runtime/contract/network.ts';
import { fileNameOf, saveBlob } from '../charts/save.ts';
import { clock, plural } from '../format/quantity.ts';
import { useNetworkStore } from '../stores/network.ts';
import { useToastStore } from '../stores/toasts.ts';
import { useTask } from './task.ts';

export interface ScenarioActions {
  /** Without a seed the host draws one. */
  play(scenario: Pick<Scenario, 'id' | 'name'>, seed?: number): Promise<boolean>;
  stop(): Promise<boolean>;
  isBusy: Readonly<ShallowRef<boolean>>;
  isStopping: Readonly<ShallowRef<boolean>>;
  /** Resolves with what was saved; null when it was not, which is told. */
  save(wish: CallInput<'scenarios:save'>): Promise<Scenario | null>;
  /** Deletes at once, and offers to take it back. */
  remove(scenario: Scenario): Promise<boolean>;
  exportFile(scenario: Scenario): void;
  /** Resolves with the scenario that the file became; null when it is none. */
  importFile(file: Pick<File, 'name' | 'text'>): Promise<Scenario | null>;
}

export const useScenarioActions = (): ScenarioActions => {
  const network = useNetworkStore();
  const toasts = useToastStore();

  const { run: play, isRunning: isBusy } = useTask(
    ({ id }: Pick<Scenario, 'id' | 'name'>, seed?: number) => network.runScenario(id, seed),
    ({ name }) => `"${name}" could not be played`,
  );
  const { run: stop, isRunning: isStopping } = useTask(() => network.stopScenario(), 'The scenario could not be stopped');
  const { run: remove } = useTask(
    async (scenario: Scenario) => {
      await network.deleteScenario(scenario.id);
      const { version, name, description, durationSec, steps } = scenario;
      void toasts.undoable(`Scenario "${name}" was deleted`, () => network.saveScenario({ version, name, description, durationSec, steps }));
    },
    ({ name }) => `Scenario "${name}" could not be deleted`,
  );
  const save = async (wish: CallInput<'scenarios:save'>): Promise<Scenario | null> => {
    try {
      return await network.saveScenario(wish);
    } catch (error) {
      toasts.fail(`Scenario "${wish.name}" could not be saved`, error);
      return null;
    }
  };

  return {
    play,
    stop,
    isBusy,
    isStopping,
    save,
    remove,
    exportFile: (scenario) => saveBlob(new Blob([`${JSON.stringify({ ...scenario, isBuiltIn: false }, null, 2)}\n`], { type: 'application/json' }), fileNameOf(`scenario ${scenario.name}`, 'json')),
    importFile: async (file) => {
      try {
        const { parseScenarioFile } = await import('../network/scenario-file.ts');
        const saved = await network.saveScenario(parseScenarioFile(file.name, await file.text()));
        toasts.succeed(`Scenario "${saved.name}" was imported`, `${plural(saved.steps.length, 'step')}, ${clock(saved.durationSec * 1000)}`);
        return saved;
      } catch (error) {
        toasts.fail('The scenario could not be imported', error);
        return null;
      }
    },
  };
};
