import { InvalidArgumentError } from 'commander';
import { describe, expect, it } from 'vitest';
import { linkChangeOf, nodesOf, parseBursts, parseRate, parseRoundTrip, parseShare, parseSlowClose } from '../../../runtime/cli/link-options.ts';
import { LinkChange } from '../../../runtime/contract/link.ts';

describe('a value on the command line', () => {
  it.each([['150', 150], ['0', 0], ['150ms', 150], ['1.5s', 1500], ['2 s', 2000], ['20000', 20_000]])('of a round trip: %s is %d ms', (text, ms) => expect(parseRoundTrip(text)).toBe(ms));
  it.each(['', '-1', '20001', '21s', '1h', 'fast', '1e3', '0x10', '1,5'])('of a round trip: %j is refused', (text) => expect(() => parseRoundTrip(text)).toThrow(InvalidArgumentError));
  it('of a slow close has its own limit', () => {
    expect(parseSlowClose('60s')).toBe(60_000);
    expect(() => parseSlowClose('61s')).toThrow(/60000/);
  });

  it.each([['5mbit', 5_000_000], ['768kbit', 768_000], ['1.6Mbit/s', 1_600_000], ['1gbit', 1_000_000_000], ['5 Mbps', undefined], ['9600bit', 9_600], ['8kbit', 8_000], ['unlimited', 'unlimited']])('of a rate: %s', (text, bits) => {
    if (bits === undefined) expect(() => parseRate(text)).toThrow(InvalidArgumentError);
    else expect(parseRate(text)).toBe(bits);
  });
  it.each(['5', '5mb', '7kbit', '11gbit', 'none', '-5mbit', ''])('of a rate: %j is refused, since it could mean many things', (text) => expect(() => parseRate(text)).toThrow(/such as 5mbit/));

  it.each([['2%', 0.02], ['0.5%', 0.005], ['100 %', 1], ['0%', 0]])('of a share: %s', (text, share) => expect(parseShare(text)).toBe(share));
  it.each(['2', '0.02', '101%', '-1%', '%', ''])('of a share: %j is refused', (text) => expect(() => parseShare(text)).toThrow(/such as 2%/));

  it('of bursts is three shares', () => {
    expect(parseBursts('1%, 30%,50%')).toEqual({ model: 'gilbert-elliott', goodToBad: 0.01, badToGood: 0.3, lossInGood: 0, lossInBad: 0.5 });
    for (const text of ['1%', '1%,2%', '1,2,3', '1%,2%,3%,4%']) expect(() => parseBursts(text)).toThrow(InvalidArgumentError);
  });

  it('of nodes is all of them, or some', () => {
    expect(nodesOf(['all'])).toBe('all');
    expect(nodesOf(['node-1', 'node-2,node-3'])).toEqual(['node-1', 'node-2', 'node-3']);
    expect(nodesOf(['node-1,all'])).toBe('all');
  });
});

describe('options of a link', () => {
  it('share a round trip between both ways, and let one way have its own rate', () => {
    expect(linkChangeOf({ rtt: 150, jitter: 20, rate: 5_000_000, up: 1_000_000, loss: 0.02 })).toEqual({
      toNode: { latencyMs: 75, jitterMs: 10, bitsPerSecond: 1_000_000, loss: { model: 'bernoulli', share: 0.02 } },
      toClient: { latencyMs: 75, jitterMs: 10, bitsPerSecond: 5_000_000, loss: { model: 'bernoulli', share: 0.02 } },
    });
  });

  it('change only what they name', () => {
    expect(linkChangeOf({})).toEqual({});
    expect(linkChangeOf({ down: 'unlimited' })).toEqual({ toClient: { bitsPerSecond: null } });
    expect(linkChangeOf({ rtt: 0 })).toEqual({ toNode: { latencyMs: 0 }, toClient: { latencyMs: 0 } });
    expect(linkChangeOf({ partition: 'both', failed: 'off', resets: 0, slowClose: 0 })).toEqual({ partition: 'both', isFailed: false, resetShare: 0, slowCloseMs: 0 });
  });

  it('make a change that the contract accepts', () => {
    const change = linkChangeOf({ rtt: 20_000, jitter: 1, rate: 8_000, bursts: parseBursts('1%,30%,50%'), partition: 'to-node', failed: 'on', resets: 1, slowClose: 60_000 });
    expect(LinkChange.parse(change)).toEqual(change);
  });
});
