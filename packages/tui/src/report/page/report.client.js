// The script of a report, in the browser. Without it the page shows the newest samples and the last values of curves.

const PLAY_MS = 500;

/** Values at a step, where the pointer is or where arrow keys lead. */
function readableChart(figure) {
  const { lastStep, left, right, width, curves } = JSON.parse(figure.querySelector('script').textContent);
  const outputs = [...figure.querySelectorAll('output')];
  const usual = outputs.map(({ textContent }) => textContent);
  const at = figure.querySelector('.at');
  const steps = [...new Set(curves.flatMap((curve) => curve.steps))].sort((a, b) => a - b);
  let index = null;

  const show = (next) => {
    index = next;
    const step = index === null ? null : steps[index];
    at.textContent = step === null ? '' : `step ${step}`;
    for (const [i, { steps: own, texts }] of curves.entries()) {
      const isWithin = step >= own[0] && step <= own.at(-1);
      outputs[i].textContent = step === null ? usual[i] : isWithin ? texts[nearest(own, step)] : '–';
    }
    const x = step === null ? null : left + (step / Math.max(1, lastStep)) * (right - left);
    for (const cursor of figure.querySelectorAll('.cursor')) {
      cursor.setAttribute('d', x === null ? '' : `M${x} 8V198`);
    }
  };

  const point = ({ currentTarget, clientX }) => {
    const { left: edge, width: shown } = currentTarget.getBoundingClientRect();
    const x = ((clientX - edge) / shown) * width;
    show(nearest(steps, ((x - left) / (right - left)) * lastStep));
  };
  for (const svg of figure.querySelectorAll('svg')) {
    svg.addEventListener('pointermove', point);
    svg.addEventListener('pointerdown', point);
    svg.addEventListener('pointerleave', () => show(null));
  }
  figure.addEventListener('keydown', ({ key }) => {
    const last = steps.length - 1;
    const stride = Math.max(1, Math.round(steps.length / 60));
    if (key === 'Escape') show(null);
    else if (key === 'ArrowLeft') show(Math.max(0, (index ?? last) - stride));
    else if (key === 'ArrowRight') show(Math.min(last, (index ?? last) + stride));
  });
  figure.addEventListener('blur', () => show(null));
}

/** Index of the number that is nearest, of ascending ones. */
function nearest(numbers, wanted) {
  let best = 0;
  for (const [i, number] of numbers.entries()) {
    if (Math.abs(number - wanted) < Math.abs(numbers[best] - wanted)) best = i;
  }
  return best;
}

/** A slider over the steps that have samples. */
function slideThrough(form) {
  const slider = form.querySelector('input');
  const output = form.querySelector('output');
  const play = form.querySelector('button');
  const steps = form.dataset.steps.split(' ').map(Number);
  let timer = null;

  const show = () => {
    const step = steps[slider.value];
    output.textContent = step;
    for (const run of document.querySelectorAll('.samples')) {
      const sets = [...run.querySelectorAll('.set')];
      const shown = nearest(
        sets.map((set) => Number(set.dataset.step)),
        step,
      );
      for (const [i, set] of sets.entries()) set.hidden = i !== shown;
    }
  };
  const stop = () => {
    clearInterval(timer);
    timer = null;
    play.textContent = 'play';
  };
  const start = () => {
    if (Number(slider.value) === steps.length - 1) slider.value = 0;
    show();
    play.textContent = 'pause';
    timer = setInterval(() => {
      slider.value = Number(slider.value) + 1;
      show();
      if (Number(slider.value) === steps.length - 1) stop();
    }, PLAY_MS);
  };
  slider.addEventListener('input', () => {
    stop();
    show();
  });
  play.addEventListener('click', () => (timer === null ? start() : stop()));
  return show;
}

/** What a reader chose: it outlives a page that loads itself again. */
const kept = {
  read() {
    try {
      return JSON.parse(sessionStorage.getItem(location.pathname)) ?? {};
    } catch {
      return {};
    }
  },
  write(choices) {
    try {
      sessionStorage.setItem(location.pathname, JSON.stringify(choices));
    } catch {
      // A browser that keeps nothing begins anew each time.
    }
  },
};

const root = document.documentElement;
const slider = document.querySelector('#sample');
const boxes = ['linear', 'log', 'ranges'].flatMap((id) => document.getElementById(id) ?? []);
const folds = [...document.querySelectorAll('details')];
const form = document.querySelector('.slider');
const showSample = form === null ? () => {} : slideThrough(form);

for (const figure of document.querySelectorAll('.chart')) readableChart(figure);
for (const each of document.querySelectorAll('form'))
  each.addEventListener('submit', (event) => event.preventDefault());

document.querySelector('#theme').addEventListener('click', () => {
  const isDark = getComputedStyle(root).colorScheme.startsWith('light dark')
    ? matchMedia('(prefers-color-scheme: dark)').matches
    : root.style.colorScheme === 'dark';
  root.style.colorScheme = isDark ? 'light' : 'dark';
});

const { theme, step, checked, open } = kept.read();
if (theme) root.style.colorScheme = theme;
if (checked) for (const box of boxes) box.checked = checked.includes(box.id);
if (open) for (const [i, fold] of folds.entries()) fold.open = open.includes(i);
// Who looks at the newest samples goes on to newer ones.
if (slider !== null && typeof step === 'number' && step <= Number(slider.max)) {
  slider.value = step;
  showSample();
}
addEventListener('pagehide', () =>
  kept.write({
    theme: root.style.colorScheme,
    step: slider === null || slider.value === slider.max ? null : Number(slider.value),
    checked: boxes.filter((box) => box.checked).map(({ id }) => id),
    open: folds.flatMap((fold, i) => (fold.open ? [i] : [])),
  }),
);

const seconds = Number(document.body.dataset.reload);
if (seconds > 0) {
  setInterval(() => {
    if (!document.hidden) location.reload();
  }, 1000 * seconds);
}
