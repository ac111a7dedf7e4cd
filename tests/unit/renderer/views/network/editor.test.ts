// @vitest-environment happy-dom
import { mount } from '@vue/test-utils';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { nextTick } from 'vue';
import { useConfirmation } from '../../../../../renderer/composables/confirmation.ts';
import { type Draft, draftOf, newDraft } from '../../../../../renderer/network/scenario-draft.ts';
import ChangeFields from '../../../../../renderer/views/network/ChangeFields.vue';
import ChangeGates from '../../../../../renderer/views/network/ChangeGates.vue';
import ProfileChoices from '../../../../../renderer/views/network/ProfileChoices.vue';
import ScenarioEditor from '../../../../../renderer/views/network/ScenarioEditor.vue';
import StepFields from '../../../../../renderer/views/network/StepFields.vue';
import { LinkChange } from '../../../../../runtime/contract/link.ts';
import { builtInProfiles, builtInScenarios, type ScenarioStep } from '../../../../../runtime/contract/network.ts';
import { networkStatus } from '../../../../fixtures/scripted-door/network-states.ts';
import { allInPage, inPage, mountAttached, point, press, settle } from '../../components/attached.ts';
import { type NetworkStage, openStage } from './stage.ts';

const degradation = builtInScenarios.find(({ id }) => id === 'network-degradation')!;

let stage: NetworkStage;
beforeEach(async () => {
  stage = await openStage(networkStatus());
});
afterEach(() => stage.close());

const button = (text: string): HTMLButtonElement => allInPage('[role="dialog"] button').find((element) => element.textContent?.trim() === text) as HTMLButtonElement;
const fill = async (input: HTMLInputElement, text: string, event = 'input'): Promise<void> => {
  input.value = text;
  input.dispatchEvent(new Event(event, { bubbles: true }));
  await settle();
};

describe('the editor', () => {
  const open = async (draft: Draft) => {
    const editor = mountAttached(ScenarioEditor, { props: { draft, 'onUpdate:draft': (next: Draft | null) => void editor.setProps({ draft: next }) }, global: stage.global });
    await settle();
    return editor;
  };
  const steps = (): HTMLElement[] => allInPage('.step');
  const at = (step: number): HTMLInputElement => steps()[step]!.querySelector('input')!;
  const footer = (): string => inPage('[role="dialog"] [role="status"]')!.textContent!.trim();

  test('shows every step, and saves what it was given when nothing is wrong', async () => {
    const editor = await open({ ...draftOf(degradation), id: 'mine' });
    expect([steps().length, footer(), button('Save scenario').disabled]).toEqual([4, '4 steps', false]);
    button('Save scenario').click();
    expect(editor.emitted('save')).toEqual([[{ version: 1, id: 'mine', name: 'Network degradation (own)', description: degradation.description, durationSec: 90, steps: degradation.steps }]]);
  });

  test('adds a step and puts the cursor into it, and deletes one', async () => {
    await open(draftOf(degradation));
    button('Add step').click();
    await settle();
    expect([steps().length, document.activeElement === at(4), at(4).value]).toEqual([5, true, '60']);
    steps()[1]!.querySelector<HTMLButtonElement>('[aria-label="Delete the step at 0:10"]')!.click();
    await settle();
    expect(steps().map((_, index) => at(index).value)).toEqual(['0', '30', '50', '60']);
  });

  test('moves a step in the picture and in its row alike', async () => {
    await open(draftOf(degradation));
    const mark = allInPage('[role="slider"]')[3]!;
    await press('ArrowLeft', mark, { shiftKey: true });
    expect(at(3).value).toBe('40');
    await fill(at(3), '70', 'change');
    expect(allInPage('[role="slider"]')[3]!.getAttribute('aria-valuenow')).toBe('70');
  });

  test('says what is wrong at its place, and saves nothing until it is mended', async () => {
    const editor = await open(draftOf(degradation));
    const [name] = allInPage('[role="dialog"] input') as HTMLInputElement[];
    await fill(name!, '');
    await fill(allInPage('[role="dialog"] input').find((input) => input.closest('.duration')) as HTMLInputElement, '40', 'change');
    expect([footer(), button('Save scenario').disabled]).toEqual(['✕ 2 things to mend', true]);
    expect(allInPage('[role="dialog"] .note').map((note) => note.textContent)).toContain('✕ A scenario needs a name.');
    expect(steps()[3]!.querySelector('[role="alert"]')!.textContent).toBe('✕ At 50 s it comes after the end, at 40 s.');
    button('Save scenario').click();
    expect(editor.emitted('save')).toBeUndefined();
  });

  test('asks before changes are lost, and only then', async () => {
    const editor = await open(draftOf(degradation));
    const confirmation = useConfirmation();
    button('Add step').click();
    await settle();
    button('Cancel').click();
    await nextTick();
    expect(confirmation.question.value?.title).toBe('Discard the changes?');
    confirmation.answer(false);
    await settle();
    expect(editor.props('draft')).not.toBeNull();
    button('Cancel').click();
    await nextTick();
    confirmation.answer(true);
    await settle();
    expect(editor.props('draft')).toBeNull();
    await editor.setProps({ draft: newDraft() });
    await settle();
    button('Cancel').click();
    await settle();
    expect([confirmation.question.value, editor.props('draft')]).toEqual([null, null]);
  });

  test('begins a new one with the cursor in its name', async () => {
    await open(newDraft());
    expect(document.activeElement).toBe(allInPage('[role="dialog"] input')[0]);
    expect(inPage('[role="dialog"] h2')?.textContent ?? inPage('.dialog-title')!.textContent).toBe('New scenario');
  });
});

describe('a step as a row', () => {
  const row = (step: ScenarioStep, props: Record<string, unknown> = {}) => mountAttached(StepFields, { props: { step: { ...step, key: 1 }, nodeIds: ['node-1', 'node-2'], profiles: builtInProfiles, ...props } });
  const choose = async (of: ReturnType<typeof row>, label: string, option: string): Promise<void> => {
    of.get<HTMLElement>(`[role="combobox"][aria-label="${label}"]`).element.click();
    await settle();
    await point(allInPage('[role="option"]').find((element) => element.textContent!.startsWith(option))!);
  };
  const base: ScenarioStep = { atSec: 10, target: { place: 0 }, action: { kind: 'profile', profileId: '3g' } };

  test('takes another time, target and profile', async () => {
    const of = row(base);
    await fill(of.get('input').element, '12.5', 'change');
    await choose(of, 'Target', 'node-2');
    await choose(of, 'Profile', 'LTE');
    expect(of.emitted('change')!.flat()).toEqual([{ atSec: 12.5 }, { target: { nodeId: 'node-2' } }, { action: { kind: 'profile', profileId: 'lte' } }]);
  });
  test('of another kind begins with something that makes sense', async () => {
    const of = row(base);
    await choose(of, 'Action', 'Set the link');
    expect(of.emitted('change')!.flat()).toEqual([{ action: { kind: 'link', change: { toNode: { latencyMs: 75 }, toClient: { latencyMs: 75 } } } }]);
  });
  test('keeps the node of another cluster, and says so', async () => {
    const of = row({ ...base, target: { nodeId: 'node-9' } });
    const target = of.get<HTMLElement>('[role="combobox"][aria-label="Target"]');
    expect(target.text()).toBe('node-9');
    target.element.click();
    await settle();
    expect(allInPage('[role="option"]').at(-1)!.textContent).toContain('not in this cluster');
  });
  test('has no more to say of what is done to a process', () => {
    const of = row({ ...base, action: { kind: 'kill' } }, { error: 'No.' });
    expect([of.find('.detail').text(), of.find('.change').exists(), of.get('[role="alert"]').text()]).toEqual(['', false, '✕ No.']);
  });
});

describe('profiles to draw from', () => {
  test('are chosen one after the other while the list stays open', async () => {
    const choices = mountAttached(ProfileChoices, { props: { profiles: builtInProfiles, chosen: ['lte'] } });
    expect(choices.get('button').attributes('aria-label')).toBe('Profiles to draw from: LTE');
    await point(choices.get('button').element);
    const item = (text: string) => allInPage('[role="menuitemcheckbox"]').find((element) => element.textContent === text)!;
    expect(item('LTE').getAttribute('aria-checked')).toBe('true');
    await point(item('3G'));
    expect(inPage('[role="menu"]')).not.toBeNull();
    await point(item('LTE'));
    expect(choices.emitted('choose')).toEqual([[['3g', 'lte']], [[]]]);
  });
});

describe('what a step sets of a link', () => {
  const change: LinkChange = { toNode: { latencyMs: 75 }, toClient: { latencyMs: 75, bitsPerSecond: 5e6 }, resetShare: 0.1 };
  const fields = () => mount(ChangeFields, { props: { change } });
  const input = (of: ReturnType<typeof fields>, label: string) => of.findAll('input')[of.findAll('label').findIndex((element) => element.text() === label)]!;
  const type = async (of: ReturnType<typeof fields>, label: string, text: string): Promise<void> => {
    input(of, label).element.value = text;
    await input(of, label).trigger('change');
  };

  test('is empty where it leaves what is there', () => {
    const of = fields();
    expect(of.findAll('input').map((element) => element.element.value)).toEqual(['150', '', '5', '', '', '10', '']);
  });
  test('is added, changed and taken out again, and the rest is kept', async () => {
    const of = fields();
    await type(of, 'Loss', '2');
    await type(of, 'Down', '');
    await type(of, 'Up', 'none');
    await type(of, 'Latency', 'soon');
    const sets = of.emitted('set')!.flat() as LinkChange[];
    const loss = { model: 'bernoulli', share: 0.02 };
    expect(sets).toEqual([
      { toNode: { latencyMs: 75, loss }, toClient: { latencyMs: 75, bitsPerSecond: 5e6, loss }, resetShare: 0.1 },
      { toNode: { latencyMs: 75 }, toClient: { latencyMs: 75 }, resetShare: 0.1 },
      { toNode: { latencyMs: 75, bitsPerSecond: null }, toClient: { latencyMs: 75, bitsPerSecond: 5e6 }, resetShare: 0.1 },
    ]);
    for (const set of sets) expect(LinkChange.safeParse(set).success).toBe(true);
    expect(input(of, 'Latency').element.value).toBe('150');
  });
  test('its gates are shut, opened, or left as they are', async () => {
    const gates = mountAttached(ChangeGates, { props: { change: { partition: 'both', ...change } as LinkChange } });
    const choose = async (label: string, option: string): Promise<void> => {
      gates.get<HTMLElement>(`[role="combobox"][aria-label="${label}"]`).element.click();
      await settle();
      await point(allInPage('[role="option"]').find((element) => element.textContent!.startsWith(option))!);
    };
    await choose('Partition', 'Partition as is');
    await choose('Failure', 'Failed');
    expect(gates.emitted('set')!.flat()).toEqual([{ ...change, partition: undefined }, { ...change, partition: 'both', isFailed: true }]);
  });
});
