import t from 'tap';
import { cutAss, cutCues } from './subtitle-times.ts';

const SRT = `1
00:00:00,500 --> 00:00:01,200
Hello

2
00:00:01,500 --> 00:00:04,200
Two lines $1

and an empty one between

3
01:00:00,000 --> 01:00:01,000
Later
`;

t.test('what is shown at the beginning and at the end of a stretch is cut there, the rest moved', async (t) => {
  t.equal(
    cutCues(SRT, 1, 2.5),
    '1\n00:00:00,000 --> 00:00:00,200\nHello\n\n' +
      '2\n00:00:00,500 --> 00:00:01,500\nTwo lines $1\n\nand an empty one between\n',
  );
  t.equal(cutCues(SRT, 3600.25, Number.POSITIVE_INFINITY), '3\n00:00:00,000 --> 00:00:00,750\nLater\n');
  t.equal(cutCues(SRT, 5, 6), null, 'nothing is shown there');
  t.equal(cutCues(SRT, 1.2, 1.5), null, 'nor where one ends and the next begins');
  t.equal(cutCues(SRT.replaceAll('\n', '\r\n'), 4, 5)?.split('\n')[1], '00:00:00,000 --> 00:00:00,200');
});

t.test('WebVTT keeps its head and the places of its cues', async (t) => {
  const text = 'WEBVTT\n\nSTYLE\n::cue { color: red }\n\n00:00.500 --> 00:01.200 line:0 align:left\nHello\n';
  t.equal(
    cutCues(text, 1, 2),
    'WEBVTT\n\nSTYLE\n::cue { color: red }\n\n00:00:00.000 --> 00:00:00.200 line:0 align:left\nHello\n',
  );
  t.equal(cutCues(text, 2, 3), null);
});

t.test('ASS keeps its styles', async (t) => {
  const head = '[V4+ Styles]\nStyle: Default,Arial,16\n[Events]\nFormat: Layer, Start, End, Style, Text';
  const text = `${head}\nDialogue: 0,0:00:00.50,0:00:01.25,Default,{\\b1}Hello, you\nDialogue: 1,0:00:03.00,0:00:04.00,Default,Later`;
  t.equal(cutAss(text, 1, 2), `${head}\nDialogue: 0,0:00:00.00,0:00:00.25,Default,{\\b1}Hello, you`);
  t.equal(cutAss(text, 1.5, 2), null);
});
