// Opens the HTML reports in a browser as people do: with and without script and style, light and dark, narrow
// and printed, by keyboard and by screen reader. Nothing is asked of any network.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

const require = createRequire(path.join(process.env.CONFERRY_BROWSER_MODULES ?? import.meta.dirname, 'x.js'));
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const { reports } = await import('./inputs.mjs');

const folder = mkdtempSync(path.join(os.tmpdir(), 'conferry-browser-'));
let browser;
let files;

before(async () => {
  files = reports(folder);
  browser = await chromium.launch({
    executablePath: process.env.CONFERRY_BROWSER ?? '/usr/bin/chromium-headless-shell',
    args: ['--no-sandbox'],
  });
});
after(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true });
});

/// Opens a report, and fails if it asks for anything, complains or opens a dialog.
async function open(name, { options = {}, headers = {}, hash = '' } = {}) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const wrong = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') wrong.push(message.text());
  });
  page.on('pageerror', (error) => wrong.push(error.message));
  page.on('dialog', (dialog) => { wrong.push(`a dialog: ${dialog.message()}`); dialog.dismiss(); });
  const asked = [];
  // Served by this test, so that it has the headers of a server and no port.
  await page.route('**/*', (route) => {
    const url = new URL(route.request().url());
    asked.push(url.pathname);
    if (url.hostname !== 'report.test') return route.abort();
    const file = path.join(path.dirname(files[name]), url.pathname);
    const type = { '.css': 'text/css', '.js': 'text/javascript' }[path.extname(file)] ?? 'text/html';
    return route.fulfill({ body: readFileSync(file), contentType: `${type}; charset=utf-8`, headers });
  });
  await page.goto(`http://report.test/report.html${hash}`);
  return {
    page, wrong, asked,
    json: () => JSON.parse(readFileSync(files[name].replace(/html$/, 'json'), 'utf8')),
    shown: () => page.locator('.row:not([hidden])').count(),
    close: () => context.close(),
  };
}

async function violations(page) {
  await page.evaluate(axe);
  const found = await page.evaluate(() => window.axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  }));
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => node.html).join(' | ')}`);
}

describe('a report as it is opened', () => {
  for (const name of ['contoso', 'hostile', 'large', 'diff', 'lint', 'upgrade']) {
    test(`${name} asks for nothing and complains about nothing`, async () => {
      const { page, wrong, asked, close } = await open(name);
      await page.waitForFunction(() => !document.getElementById('filter').hidden);
      assert.deepEqual(asked, ['/report.html']);
      assert.deepEqual(wrong, []);
      assert.equal(await page.evaluate(() => window.broken), undefined);
      await close();
    });
  }

  test('it has what the JSON has', async () => {
    for (const name of ['contoso', 'hostile', 'large']) {
      const { page, json, close } = await open(name);
      const { account, conflicts, decisions, equal } = json();
      const rows = (status) => page.locator(`.row[data-status="${status}"]`).count();
      assert.equal(await rows('to decide'), conflicts.length, name);
      assert.equal(await rows('carried'), decisions.filter((line) => line.kind === 'carried').length, name);
      assert.equal(await rows('already equal'), equal.length, name);
      const words = await page.locator('main').innerText();
      assert.ok(words.includes(`${account.settings} settings in the old file`), name);
      await close();
    }
  });

  test('hostile names and values stay text', async () => {
    const { page, close } = await open('hostile');
    const words = await page.locator('main').innerText();
    assert.ok(words.includes('<script>window.broken=1</script>'));
    assert.ok(!words.includes('\u202e'));
    assert.equal(await page.locator('main img, main script').count(), 0);
    await close();
  });
});

describe('a runbook', () => {
  test('asks for nothing, runs nothing, and has a box for each step', async () => {
    const { page, wrong, asked, close } = await open('runbook');
    assert.deepEqual(asked, ['/report.html']);
    assert.deepEqual(wrong, []);
    assert.equal(await page.locator('script').count(), 0);
    const steps = await page.locator('.steps > li').count();
    assert.ok(steps > 40, String(steps));
    assert.equal(await page.getByRole('img', { name: /^(done|to do)$/ }).count(), steps);
    await close();
  });

  test('of three servers fits on six pages', async () => {
    const { page, close } = await open('runbook');
    const pdf = await page.pdf({ format: 'A4' });
    const pages = pdf.toString('latin1').match(/\/Type\s*\/Page[^s]/g).length;
    assert.ok(pages > 2 && pages <= 6, String(pages));
    await close();
  });

  test('can be read where the server forbids style and script', async () => {
    const { page, close } = await open('runbook', {
      headers: { 'content-security-policy': "sandbox; default-src 'none'" },
    });
    const words = await page.locator('main').innerText();
    assert.ok(words.includes('Take a snapshot') && words.includes('conferry snapshot'));
    await close();
  });
});

describe('the filter', () => {
  test('finds, says how many, and keeps its state in the address', async () => {
    const { page, shown, close } = await open('contoso');
    const all = await shown();
    await page.getByLabel('Find').fill('sdk password');
    await page.waitForFunction(() => document.getElementById('shown').textContent !== '');
    const found = await shown();
    assert.ok(found > 0 && found < all, `${found} of ${all}`);
    assert.equal(await page.locator('#shown').textContent(), `${found} of ${all} are shown`);
    assert.ok(page.url().includes('find=sdk+password'), page.url());
    await page.getByRole('button', { name: 'Show all' }).click();
    await page.waitForFunction(() => document.getElementById('shown').textContent === '');
    assert.equal(await shown(), all);
    await close();
  });

  test('shows the same to whoever gets the link', async () => {
    const one = await open('contoso', { hash: '#?status=carried' });
    const { decisions } = one.json();
    assert.equal(await one.shown(), decisions.filter((line) => line.kind === 'carried').length);
    assert.equal(await one.page.getByLabel('Status').inputValue(), 'carried');
    await one.close();
    const risky = await open('contoso', { hash: '#?risk=any' });
    const some = await risky.shown();
    assert.ok(some > 0 && some < decisions.length);
    await risky.close();
  });

  test('works on 10,000 settings', async () => {
    const { page, shown, close } = await open('large');
    const start = performance.now();
    await page.getByLabel('Find').fill('Setting4999');
    await page.waitForFunction(() => document.getElementById('shown').textContent.startsWith('1 of'));
    console.log(`10,000 settings: filtered in ${Math.round(performance.now() - start)} ms, the first time`);
    assert.equal(await shown(), 1);
    await close();
  });
});

describe('the way around', () => {
  test('a link to a setting shows it, also where it is folded or filtered out', async () => {
    const first = await open('contoso');
    const folded = await first.page.locator('.fold .row').first().getAttribute('id');
    await first.close();
    const { page, close } = await open('contoso', { hash: `#${folded}` });
    assert.ok(await page.locator(`#${folded}`).isVisible());
    await page.getByLabel('Find').fill('nothing has this');
    await page.waitForFunction(() => document.getElementById('shown').textContent.startsWith('0 of'));
    await page.evaluate((id) => { location.hash = `#${id}`; }, folded);
    await page.waitForFunction((id) => !document.getElementById(id).hidden, folded);
    assert.ok(await page.locator(`#${folded}`).isVisible());
    await close();
  });

  test('by keyboard: skip, filter, next to decide', async () => {
    const { page, close } = await open('hostile');
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.className), 'skip');
    await page.keyboard.press('Tab');
    while (!await page.evaluate(() => document.activeElement.closest('#filter'))) await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.name), 'find');
    const seen = new Set();
    await page.locator('#next').focus();
    for (let at = 0; at < 3; at += 1) {
      await page.keyboard.press('Enter');
      seen.add(await page.evaluate(() => document.querySelector('.card.current')?.id));
    }
    assert.equal(seen.size, 3, [...seen].join());
    await close();
  });

  test('without script, links lead from one thing to decide to the next', async () => {
    const { page, close } = await open('hostile', { options: { javaScriptEnabled: false } });
    const cards = await page.locator('.card').count();
    assert.ok(cards > 1);
    assert.equal(await page.locator('.card a.next').count(), cards);
    await close();
  });
});

describe('where a server forbids script and style', () => {
  const sandbox = { 'Content-Security-Policy': "sandbox; default-src 'none'" };

  test('everything can be read', async () => {
    const { page, json, close } = await open('contoso', { headers: sandbox });
    assert.ok(await page.locator('#filter').isHidden());
    const { decisions, verdict, equal } = json();
    const words = await page.locator('body').textContent();
    for (const line of [...decisions, ...equal]) assert.ok(words.includes(line.label), line.label);
    assert.ok(words.includes('Clean with'), verdict.state);
    assert.equal(await page.evaluate(() => getComputedStyle(document.querySelector('.banner')).borderLeftWidth), '0px');
    await close();
  });

  test('a linked style sheet works where the server allows its own', async () => {
    const headers = { 'Content-Security-Policy': "sandbox allow-same-origin; default-src 'none'; style-src 'self'" };
    const { page, asked, close } = await open('linked', { headers });
    assert.ok(asked.includes('/assets/conferry.css'), asked.join());
    const width = await page.evaluate(() => getComputedStyle(document.querySelector('.banner')).borderLeftWidth);
    assert.notEqual(width, '0px');
    await close();
  });
});

describe('for everybody', () => {
  const ways = {
    light: { colorScheme: 'light', viewport: { width: 1400, height: 1000 } },
    dark: { colorScheme: 'dark', viewport: { width: 1400, height: 1000 } },
    narrow: { viewport: { width: 380, height: 800 } },
  };
  for (const [way, options] of Object.entries(ways)) {
    for (const name of ['contoso', 'hostile', 'diff', 'lint', 'runbook', 'upgrade']) {
      test(`axe has nothing to say about ${name}, ${way}`, async () => {
        const { page, close } = await open(name, { options });
        assert.deepEqual(await violations(page), []);
        await close();
      });
    }
  }

  test('nothing is wider than a narrow screen', async () => {
    for (const name of ['hostile', 'runbook']) {
      const { page, close } = await open(name, { options: ways.narrow });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= 380, `${name}: ${wide}`);
      await close();
    }
  });

  test('printed, nothing is folded or left out', async () => {
    const { page, close } = await open('contoso');
    await page.emulateMedia({ media: 'print' });
    assert.ok(await page.locator('#filter').isHidden());
    const pdf = await page.pdf({ format: 'A4' });
    assert.ok(pdf.length > 20_000);
    await page.evaluate(() => window.dispatchEvent(new Event('beforeprint')));
    assert.equal(await page.locator('details:not([open])').count(), 0);
    assert.ok(await page.getByText('Signature').isVisible());
    await close();
  });
});
