// Takes the pictures of docs/reports.md: `.ci/browser --pictures`.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';

const require = createRequire(path.join(process.env.CONFERRY_BROWSER_MODULES ?? import.meta.dirname, 'x.js'));
const { chromium } = require('playwright-core');
const root = path.resolve(import.meta.dirname, '../..');
const conferry = process.env.CONFERRY ?? path.join(root, 'target/debug/conferry');
const folder = mkdtempSync(path.join(os.tmpdir(), 'conferry-pictures-'));

function run(args, host = 'MFA1') {
  try {
    return execFileSync(conferry, args, {
      cwd: path.join(root, 'fixtures/contoso'),
      encoding: 'utf8',
      env: { ...process.env, CONFERRY_HOST: host, CONFERRY_RUN_ID: '1' },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch (failed) {
    if (failed.status !== 1) throw failed;
    return failed.stdout;
  }
}

run(['merge', '--base', 'base/PhoneFactor/web.config', '--old', 'old/PhoneFactor/web.config',
  '--new', 'new/MultiFactorAuth/web.config', '-o', path.join(folder, 'out.config'), '--report', path.join(folder, 'merge.html')]);
mkdirSync(path.join(folder, 'reports'));
for (const [host, args] of Object.entries({
  MFA1: ['lint', 'server/mfa1/c', '--select', 'PF', '--select', 'SEC'],
  WEB1: ['lint', 'old', '--select', 'PF', '--select', 'SEC'],
  WEB2: ['lint', 'old/PhoneFactor', '--select', 'PF', '--select', 'SEC'],
})) {
  writeFileSync(path.join(folder, 'reports', `${host}.json`), run([...args, '--format', 'json'], host));
}
writeFileSync(path.join(folder, 'servers.html'), run(['report', 'merge', path.join(folder, 'reports'), '--format', 'html']));

const browser = await chromium.launch({
  executablePath: process.env.CONFERRY_BROWSER ?? '/usr/bin/chromium-headless-shell',
  args: ['--no-sandbox'],
});
for (const name of ['merge', 'servers']) {
  const page = await browser.newPage({ viewport: { width: 1000, height: 640 } });
  await page.goto(`file://${folder}/${name}.html`);
  await page.screenshot({ path: path.join(root, `docs/pictures/${name}.png`) });
}
await browser.close();
rmSync(folder, { recursive: true });
