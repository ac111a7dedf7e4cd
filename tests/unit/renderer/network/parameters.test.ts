import { describe, expect, test } from 'vitest';
import { fieldText, linkParameters, parameterOf, parseField, RATE_MBITS_MAX, RATE_MBITS_MIN, RTT_MS_MAX, spokenValue } from '../../../../renderer/network/parameters.ts';
import { stepFrom, trackLength } from '../../../../renderer/network/scale.ts';
import { changeLink, normalLink } from '../../../../runtime/contract/link-settings.ts';
import { LATENCY_MS_MAX, LinkChange, RATE_BITS_PER_SECOND_MAX, RATE_BITS_PER_SECOND_MIN } from '../../../../runtime/contract/link.ts';
import { builtInProfiles } from '../../../../runtime/contract/network.ts';

const settingsOf = (profileId: string) => builtInProfiles.find(({ id }) => id === profileId)!.settings;

test('bounds are those of the contract', () => {
  expect([RTT_MS_MAX, RATE_MBITS_MIN * 1e6, RATE_MBITS_MAX * 1e6]).toEqual([2 * LATENCY_MS_MAX, RATE_BITS_PER_SECOND_MIN, RATE_BITS_PER_SECOND_MAX]);
});

describe.each(linkParameters)('$label', (parameter) => {
  test('reads back what it writes, and the contract takes it, over the whole track', () => {
    for (const stop of parameter.scale.stops) {
      const change = parameter.change(stop);
      expect(LinkChange.safeParse(change).success, JSON.stringify(change)).toBe(true);
      expect(parameter.read(changeLink(normalLink, change))).toBeCloseTo(stop, 6);
    }
  });
  test('reads its normal value from a link that adds nothing, and writing it adds nothing', () => {
    expect(parameter.read(normalLink)).toBe(parameter.normal);
    expect(changeLink(normalLink, parameter.change(parameter.normal))).toEqual(normalLink);
  });
  test('leaves everything else as it was', () => {
    const settings = settingsOf('degraded');
    const next = changeLink(settings, parameter.change(parameter.scale.stops[5]!));
    for (const other of linkParameters) if (other !== parameter) expect(other.read(next)).toBe(other.read(settings));
    expect([next.partition, next.isFailed, next.resetShare, next.slowCloseMs]).toEqual([settings.partition, settings.isFailed, settings.resetShare, settings.slowCloseMs]);
  });
  test('moves with every press of an arrow key, from either end to the other', () => {
    let value = parameter.scale.stops[0]! as number | null;
    for (let press = 0; press < trackLength(parameter.scale); press++) {
      const next = stepFrom(value, 1, parameter.scale);
      expect(next).not.toBe(value);
      value = next;
    }
    expect(value).toBe(parameter.scale.hasNoLimit ? null : parameter.scale.stops.at(-1));
    for (let press = 0; press < trackLength(parameter.scale); press++) value = stepFrom(value, -1, parameter.scale);
    expect(value).toBe(parameter.scale.stops[0]);
  });
});

test('the built-in profiles read as they are described', () => {
  const read = (profileId: string) => linkParameters.map((parameter) => parameter.read(settingsOf(profileId)));
  expect(read('3g')).toEqual([300, 0, 1.6, 0.768, 0]);
  expect(read('high-latency')).toEqual([150, 50, 50, 50, 5]);
  expect(read('lossy-wifi')).toEqual([40, 0, 30, 30, 0.2]);
});

test('directions that differ: latencies add up, of the losses the larger counts', () => {
  const settings = changeLink(normalLink, { toNode: { latencyMs: 10, loss: { model: 'bernoulli', share: 0.02 } }, toClient: { latencyMs: 30, loss: { model: 'bernoulli', share: 0.05 } } });
  expect([parameterOf('latency').read(settings), parameterOf('loss').read(settings)]).toEqual([40, 5]);
});

describe('the number field', () => {
  test.each([['300', 300], [' 2,5 ', 2.5], ['-4', 0], ['99999', RTT_MS_MAX], ['fast', undefined], ['', undefined]])('takes "%s" for a latency as %s', (typed, value) => {
    expect(parseField(typed, parameterOf('latency'))).toBe(value);
  });
  test.each([['', null], ['∞', null], ['None', null], ['no limit', null], ['0', RATE_MBITS_MIN], ['1.6', 1.6], ['much', undefined]])('takes "%s" for a rate as %s', (typed, value) => {
    expect(parseField(typed, parameterOf('up'))).toBe(value);
  });
  test('shows no more digits than anybody sets, and says values with their unit', () => {
    expect([null, 0.768, 1.6, 300, 0].map(fieldText)).toEqual(['∞', '0.768', '1.6', '300', '0']);
    expect([spokenValue(null, parameterOf('down')), spokenValue(1.6, parameterOf('down')), spokenValue(5, parameterOf('loss'))]).toEqual(['no limit', '1.6 Mbit/s', '5 percent']);
  });
});
