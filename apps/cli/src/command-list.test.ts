import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { commandList, commandsFor } from './command-list.js';
import { exitCodes } from './lib/errors.js';
import { nodeIo } from './lib/io.js';

describe('the list of commands', () => {
  it.each(commandList.map((entry) => [entry.words.join(', '), entry] as const))(
    'names what the file of %s adds',
    async (_, { words, load }) => {
      const program = new Command();
      (await load())(program, { io: nodeIo(), exitCode: exitCodes.ok });
      expect(program.commands.map((command) => command.name()).sort()).toEqual([...words].sort());
    },
  );

  it('has each word once', () => {
    const words = commandList.flatMap((entry) => entry.words);
    expect(new Set(words).size).toBe(words.length);
  });
});

describe('a command line', () => {
  const wordsOf = (...argv: string[]) => commandsFor(argv).flatMap(({ words }) => words);
  const all = commandList.flatMap(({ words }) => words);

  it('loads the command that it names', () => {
    expect(wordsOf('runs', '--job', 'jobs')).toEqual(['runs']);
    expect(wordsOf('--json', '--server', 'hosts', '--token=x', 'runs')).toEqual(['runs']);
    expect(wordsOf('resume')).toContain('resume');
  });

  it('loads all of them for help, and for a word that nobody knows', () => {
    expect(wordsOf()).toEqual(all);
    expect(wordsOf('--help')).toEqual(all);
    expect(wordsOf('help', 'runs')).toEqual(all);
    expect(wordsOf('rnus')).toEqual(all);
  });
});
