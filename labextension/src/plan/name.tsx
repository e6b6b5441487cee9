/** A field for a name; what is wrong with it is told beside it. */

import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { NameProblem } from './edit';

export function problemText(
  problem: NameProblem,
  trans: TranslationBundle
): string {
  switch (problem) {
    case 'form':
      return trans.__('Use letters, digits and _, and no word of Python');
    case 'reserved':
      return trans.__('The pipeline has something of that name');
    case 'taken':
      return trans.__('That name is taken');
  }
}

export function NameInput(props: {
  name: string;
  label: string;
  problemOf: (name: string) => NameProblem | null;
  /** Null leaves the name as it was. */
  done: (name: string | null) => void;
  trans: TranslationBundle;
}): JSX.Element {
  const { name, trans } = props;
  const [text, setText] = React.useState(name);
  const problem = text === name ? null : props.problemOf(text);
  const id = React.useId();
  const field = React.useRef<HTMLInputElement>(null);
  const ended = React.useRef(false);
  React.useEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, []);
  const end = (to: string | null) => {
    if (!ended.current) {
      ended.current = true;
      props.done(to);
    }
  };
  return (
    <>
      <input
        ref={field}
        className="jp-Mlops-field"
        value={text}
        aria-label={props.label}
        aria-invalid={problem !== null}
        aria-describedby={problem ? id : undefined}
        spellCheck={false}
        size={Math.max(12, text.length + 1)}
        onChange={event => setText(event.target.value)}
        onBlur={() => end(problem ? null : text)}
        onKeyDown={event => {
          event.stopPropagation();
          if (event.key === 'Escape') {
            end(null);
          } else if (event.key === 'Enter' && !problem) {
            end(text);
          }
        }}
      />
      {problem && (
        <span className="jp-Mlops-field-problem" id={id} role="alert">
          {problemText(problem, trans)}
        </span>
      )}
    </>
  );
}
