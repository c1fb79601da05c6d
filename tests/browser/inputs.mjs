// The reports that the tests look at, made by conferry itself.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');
const conferry = process.env.CONFERRY ?? path.join(root, 'target/debug/conferry');

function run(args) {
  try {
    return execFileSync(conferry, args, { encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (failed) {
    // 1 says that there is something to decide or to look at.
    if (failed.status !== 1) throw failed;
    return failed.stdout;
  }
}

function merge(folder, [base, old, fresh], more = []) {
  run(['merge', '--base', base, '--old', old, '--new', fresh, '-o', path.join(folder, 'out.config'),
    '--report', path.join(folder, 'report.html'), '--report', path.join(folder, 'report.json'), ...more]);
  return path.join(folder, 'report.html');
}

function written(folder, texts) {
  return ['base', 'old', 'new'].map((name, at) => {
    const file = path.join(folder, `${name}.config`);
    writeFileSync(file, texts[at]);
    return file;
  });
}

export const HOSTILE = '&quot;>&lt;script>window.broken=1&lt;/script>&lt;img src=http://report.test/x onerror=window.broken=1>&#x202e;`${1}`';

// Every value differs on every side, so that each is something to decide.
function hostile(folder) {
  const side = (value) => `<configuration><appSettings>
    <add key="Plain" value="${value}"/>
    <add key="${HOSTILE}" value="${value}${HOSTILE}"/>
    <add key="Long" value="${value}${'long '.repeat(200_000)}"/>
    <!-- </script><script>window.broken=1</script> ${value} -->
  </appSettings></configuration>\n`;
  return written(folder, ['1', '2', '3'].map(side));
}

function large(folder, settings) {
  const side = (changed) => {
    const rows = Array.from({ length: settings }, (_, at) =>
      `    <add key="Setting${at}" value="${changed && at % 2 ? 'changed' : 'as shipped'} ${at}" />\n`);
    return `<configuration>\n  <appSettings>\n${rows.join('')}  </appSettings>\n</configuration>\n`;
  };
  return written(folder, [side(false), side(true), side(false)]);
}

/// Where each report is, by name, below `folder`.
export function reports(folder) {
  const of = (name) => {
    const below = path.join(folder, name);
    mkdirSync(below, { recursive: true });
    return below;
  };
  const contoso = (name) => path.join(root, 'fixtures/contoso', name, 'web.config');
  const files = [contoso('base/PhoneFactor'), contoso('old/PhoneFactor'), contoso('new/MultiFactorAuth')];
  const linked = of('linked');
  mkdirSync(path.join(linked, 'assets'));
  const found = {
    contoso: merge(of('contoso'), files),
    linked: merge(linked, files, ['--html-assets', path.join(linked, 'assets')]),
    hostile: merge(of('hostile'), hostile(of('hostile'))),
    large: merge(of('large'), large(of('large'), 10_000)),
  };
  const page = (name, args) => {
    found[name] = path.join(of(name), 'report.html');
    writeFileSync(found[name], run([...args, '--format', 'html']));
  };
  page('diff', ['diff', files[1], files[2]]);
  page('lint', ['lint', path.join(root, 'fixtures/contoso/server/mfa1/c'), '--select', 'PF']);
  const estate = path.join(root, 'fixtures/estates/three-servers');
  const servers = ['agent1', 'mobile1', 'portal1'].map((name) => path.join(estate, name));
  page('runbook', ['plan', ...servers]);
  const both = path.join(root, 'fixtures/contoso');
  page('upgrade', ['upgrade', '--old', path.join(both, 'server/mfa1'), '--new', path.join(both, 'new'),
    '--base', path.join(both, 'base'), '--dry-run']);
  return found;
}
