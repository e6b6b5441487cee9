/**
 * @jest-environment jsdom
 */

import { nullTranslator } from '@jupyterlab/translation';
import { fireEvent, render, screen } from '@testing-library/react';
import * as React from 'react';

import { Celebration } from '../celebration';
import { Disclosure, PlaceLink, Prose, StateIcon } from '../parts';
import type { ScoreModel } from '../model';
import { unit } from './samples';

const trans = nullTranslator.load('jupyter_mlops');

describe('the parts of the sidebar', () => {
  it('take what is between backticks for code, and all of it for text', () => {
    const { container } = render(
      <Prose text={'Add `<script>` to <b>this</b>'} />
    );
    expect(container.querySelector('code')?.textContent).toBe('<script>');
    expect(container.textContent).toBe('Add <script> to <b>this</b>');
    expect(container.querySelector('b, script')).toBeNull();
  });

  it('tell a state by a word', () => {
    render(<StateIcon state="partial" trans={trans} />);
    expect(screen.getByRole('img').getAttribute('aria-label')).toBe(
      'partly met'
    );
  });

  it('open below their title, which says whether they are open', () => {
    render(
      <Disclosure className="x" title="More">
        inside
      </Disclosure>
    );
    const button = screen.getByRole('button', { name: 'More' });
    expect(button.getAttribute('aria-expanded')).toBe('false');
    expect(screen.queryByText('inside')).toBeNull();
    fireEvent.click(button);
    expect(button.getAttribute('aria-expanded')).toBe('true');
    expect(screen.queryByText('inside')).not.toBeNull();
  });

  it('link places on this server only', () => {
    const openPlace = jest.fn(async () => undefined);
    const place = (path: string) => (
      <PlaceLink
        place={{ path, cell: null, line: 3 }}
        assessment={{ root: 'work/churn' }}
        openPlace={openPlace}
        trans={trans}
      />
    );
    render(place('train.py'));
    fireEvent.click(screen.getByRole('button'));
    expect(openPlace).toHaveBeenCalledWith({
      path: 'work/churn/train.py',
      cell: null,
      line: 3
    });
    const { container } = render(place('../../../above.py'));
    expect(container.querySelector('button')).toBeNull();
    expect(container.textContent).toContain('above.py');
  });

  it('celebrate a level until it is put off or recorded', () => {
    const model = {
      celebrated: {
        unit: null,
        level: 2,
        before: 1,
        name: '',
        means: 'Anybody can run it.',
        show: 'Run it together.'
      },
      recording: false,
      celebrateLater: jest.fn(),
      record: jest.fn(async () => undefined)
    };
    const party = () => (
      <Celebration
        model={model as unknown as ScoreModel}
        unit={unit()}
        trans={trans}
      />
    );
    const { rerender } = render(party());
    expect(screen.getByRole('status').textContent).toContain('Level 2 reached');
    fireEvent.click(screen.getByRole('button', { name: 'Record it' }));
    expect(model.record).toHaveBeenCalledTimes(1);
    fireEvent.click(screen.getByRole('button', { name: 'Later' }));
    expect(model.celebrateLater).toHaveBeenCalledTimes(1);
    model.recording = true;
    rerender(party());
    const record = screen.getByRole<HTMLButtonElement>('button', {
      name: 'Record it'
    });
    expect(record.disabled).toBe(true);
  });
});
