// Starts the task's program for this machine and stands aside. Knows nothing of what the program does.
//
// Plain CommonJS for Node 16, 20 and 24, without dependencies. The programs lie beside this file, one file in each of
// bin/<platform>-<architecture>/, in Node's own words for both. Programs for what fewer agents run on lie together in
// one stream, bin/packed.br, and bin/packed.json says where. Such a program is unpacked once, to where it would lie.
'use strict';

const fs = require('fs');
const os = require('os');
const path = require('path');

const windows = process.platform === 'win32';
const platform = `${process.platform}-${process.arch}`;
const bin = path.join(__dirname, 'bin');

function main() {
  const program = findProgram(platform);
  if (program !== null) {
    start(program);
    return;
  }
  const packed = readIndex();
  if (!Object.hasOwn(packed, platform)) {
    const there = list(bin).filter((name) => findProgram(name) !== null).concat(Object.keys(packed));
    const names = [...new Set(there)].sort().join(', ') || 'none';
    fail(`this task has no program for ${platform}: its package holds ${names}`);
  }
  startUnpacked(packed[platform]);
}

// The only file in the folder of a platform; its name tells this launcher nothing.
function findProgram(name) {
  const programs = list(path.join(bin, name));
  return programs.length === 1 ? path.join(bin, name, programs[0]) : null;
}

function list(folder) {
  try {
    return fs.readdirSync(folder).filter((name) => !name.startsWith('.')).sort();
  } catch {
    return [];
  }
}

function start(program) {
  const startCopy = (error) => startElsewhere(path.basename(program), (to) => fs.copyFileSync(program, to), error);
  const blocked = makeExecutable(program, 0o755);
  if (blocked === null) {
    run(program, null, startCopy);
  } else {
    startCopy(blocked);
  }
}

function startUnpacked(entry) {
  const bytes = unpack(entry);
  let program;
  try {
    program = place(entry.file, bytes);
  } catch (error) {
    startElsewhere(entry.file, (to) => fs.writeFileSync(to, bytes), error);
    return;
  }
  start(program);
}

// By platform: the program's file name, how much of the stream to read for it, and what of the outcome it is.
function readIndex() {
  const index = path.join(bin, 'packed.json');
  try {
    return fs.existsSync(index) ? JSON.parse(fs.readFileSync(index, 'utf8')) : {};
  } catch (error) {
    damaged(error);
  }
}

function unpack({ read, skip, size, sha256 }) {
  const zlib = require('zlib');
  const { createHash } = require('crypto');
  try {
    const stream = fs.readFileSync(path.join(bin, 'packed.br')).subarray(0, read);
    const options = {
      // The stream goes on behind what was read of it.
      finishFlush: zlib.constants.BROTLI_OPERATION_FLUSH,
      maxOutputLength: skip + size,
      chunkSize: 1 << 18,
    };
    const program = zlib.brotliDecompressSync(stream, options).subarray(skip);
    if (program.length !== size || createHash('sha256').update(program).digest('hex') !== sha256) {
      throw new Error('what comes out of packed.br is not the program that went in');
    }
    return program;
  } catch (error) {
    damaged(error);
  }
}

// Writes the program to where later runs look first. It gets its name only when it is whole and on disk, so neither
// a step that is killed half way nor one beside us does harm.
function place(file, bytes) {
  const program = path.join(bin, platform, file);
  const draft = path.join(bin, platform, `.${file}.${require('crypto').randomBytes(8).toString('hex')}`);
  fs.mkdirSync(path.dirname(draft), { recursive: true });
  try {
    const descriptor = fs.openSync(draft, 'wx', 0o755);
    try {
      fs.writeFileSync(descriptor, bytes);
      fs.fchmodSync(descriptor, 0o755);
      fs.fsyncSync(descriptor);
    } finally {
      fs.closeSync(descriptor);
    }
    fs.renameSync(draft, program);
  } catch (error) {
    remove(draft);
    // Windows does not replace a program that runs: a step beside us was faster.
    if (!fs.existsSync(program)) throw error;
  }
  return program;
}

// Packages lose the executable bit. Gives null, or why the program cannot be executed where it lies: another user's
// file, a read-only folder, or one mounted without execution, which the check after the change finds out. The check
// has to be thorough: an `execve` that fails ends Node on the spot.
function makeExecutable(program, mode) {
  if (windows) return null;
  const blocked = () => {
    try {
      fs.accessSync(program, fs.constants.X_OK);
      return null;
    } catch (error) {
      return error;
    }
  };
  if (blocked() === null) return null;
  try {
    fs.chmodSync(program, mode);
  } catch (error) {
    return error;
  }
  return blocked();
}

// Starts the program, written by the caller, from a fresh folder of our own. After `execve` nobody is left to remove
// it; the agent empties its temporary folder after the job.
function startElsewhere(file, write, earlier) {
  let folder = null;
  const failed = (error) => {
    remove(folder);
    cannotStart(file, [earlier, error]);
  };
  try {
    folder = fs.mkdtempSync(path.join(process.env.AGENT_TEMPDIRECTORY || os.tmpdir(), 'program-'));
    const program = path.join(folder, file);
    write(program);
    const blocked = makeExecutable(program, 0o700);
    if (blocked !== null) throw blocked;
    run(program, folder, failed);
  } catch (error) {
    failed(error);
  }
}

function remove(target) {
  if (target === null) return;
  try {
    fs.rmSync(target, { recursive: true, force: true });
  } catch {
    // The agent empties its temporary folder after the job; a draft of a program is passed over.
  }
}

// Becomes the program where Node can, so that nothing of Node waits with it for hours. No stream of ours may have
// been touched by then: an opened pipe would be left non-blocking for the program.
function run(program, scratch, failed) {
  if (!windows && typeof process.execve === 'function') {
    process.execve(program, [program], process.env);
  }
  const { spawn } = require('child_process');
  // Standard input stays open as long as we live: its end tells the program that we were killed.
  const options = { stdio: ['pipe', 'inherit', 'inherit'], env: { ...process.env, SNOWGATE_LAUNCHER: 'spawn' } };
  let child = null;
  passOnSignals((signal) => child !== null && child.kill(signal));
  try {
    child = spawn(program, [], options);
  } catch (error) {
    failed(error);
    return;
  }
  let started = false;
  child.once('spawn', () => { started = true; });
  child.stdin.on('error', () => {});
  child.on('error', (error) => { if (!started) failed(error); });
  child.on('exit', (code, signal) => {
    remove(scratch);
    process.exit(code === null ? 128 + (os.constants.signals[signal] || 0) : code);
  });
}

// The agent signals us only, and we keep waiting for what the program makes of it. On Windows the console delivers
// Ctrl+C and Ctrl+Break to the program itself, and `kill` would end it at once: there we only survive them. Called
// before the program starts, so that no signal finds us unprepared.
function passOnSignals(pass) {
  const signals = windows ? ['SIGINT', 'SIGBREAK', 'SIGHUP'] : ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) {
    process.removeAllListeners(signal);
    process.on(signal, () => { if (!windows) pass(signal); });
  }
}

function cannotStart(file, errors) {
  const reasons = errors.map((error) => error.message).join('; and from a copy in the temporary folder: ');
  fail(`the task's program ${file} could not be started: ${reasons}`);
}

function damaged(error) {
  fail(`the task's package is damaged: ${error.message}; delete ${__dirname} so that the agent downloads it again`);
}

// Tells the agent and ends. The texts hold paths and system messages only, but are escaped like any other.
function fail(text) {
  const data = text.replace(/##(?=vso)/gi, '**').replace(/%/g, '%AZP25').replace(/\r/g, '%0D').replace(/\n/g, '%0A');
  const lines = [`##vso[task.logissue type=error;code=cannot-start]${data}`, `##vso[task.complete result=Failed]${data}`];
  fs.writeSync(1, `${lines.join('\n')}\n`);
  process.exit(1);
}

main();
