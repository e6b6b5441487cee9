/** Small parts that the sidebar is made of. */

import { LabIcon } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import {
  badIcon,
  chevronIcon,
  failIcon,
  hiddenIcon,
  infoIcon,
  noneIcon,
  partialIcon,
  passIcon,
  warningIcon
} from '../marks';
import type { OpenPlace } from '../places';
import type {
  Answer,
  CriterionState,
  IAssessment,
  Rung,
  Severity
} from '../rest/contract';
import { answerText, placeText, rungText, serverPath, stateText } from './view';

const STATE_ICONS: Record<CriterionState, [LabIcon, string]> = {
  pass: [passIcon, 'good'],
  attested: [passIcon, 'good'],
  partial: [partialIcon, 'warning'],
  waived: [partialIcon, 'neutral'],
  fail: [failIcon, 'bad'],
  error: [warningIcon, 'bad'],
  'not-applicable': [noneIcon, 'neutral'],
  'not-visible': [hiddenIcon, 'neutral']
};

/** The state of a criterion: a shape, a colour, and a word for those who see neither. */
export function StateIcon(props: {
  state: CriterionState;
  trans: TranslationBundle;
}): JSX.Element {
  const [icon, tone] = STATE_ICONS[props.state] ?? [badIcon, 'bad'];
  const text = stateText(props.state, props.trans);
  return (
    <span
      className="jp-Mlops-state"
      data-tone={tone}
      role="img"
      aria-label={text}
      title={text}
    >
      <icon.react tag="span" elementSize="normal" />
    </span>
  );
}

/** How much a remark matters. */
export function SeverityIcon(props: {
  severity: Severity;
  trans: TranslationBundle;
}): JSX.Element {
  const { trans } = props;
  const [icon, tone, text] = (
    {
      info: [infoIcon, 'neutral', trans.__('Note')],
      warning: [warningIcon, 'warning', trans.__('Warning')],
      error: [badIcon, 'bad', trans.__('Error')]
    } as Record<Severity, [LabIcon, string, string]>
  )[props.severity];
  return (
    <span
      className="jp-Mlops-state"
      data-tone={tone}
      role="img"
      aria-label={text}
      title={text}
    >
      <icon.react tag="span" elementSize="normal" />
    </span>
  );
}

/** A place of the assessed folder that opens; plain text where it is not on this server. */
export function PlaceLink(props: {
  place: { path: string; cell: number | null; line: number | null };
  /** Shown instead of the place in words. */
  text?: string;
  assessment: Pick<IAssessment, 'root'>;
  openPlace: OpenPlace;
  trans: TranslationBundle;
}): JSX.Element {
  const { place, assessment, trans } = props;
  const text = props.text ?? placeText(place, trans);
  const path = serverPath(assessment.root, place.path);
  if (path === null || path === assessment.root) {
    return <span className="jp-Mlops-place">{text}</span>;
  }
  return (
    <button
      type="button"
      className="jp-Mlops-link"
      title={trans.__('Open %1', text)}
      onClick={() =>
        void props.openPlace({ path, cell: place.cell, line: place.line })
      }
    >
      {text}
    </button>
  );
}

/** A message; what stands between backticks is code. Everything in it is text. */
export function Prose(props: { text: string }): JSX.Element {
  return (
    <>
      {props.text.split(/`([^`]+)`/).map((part, index) =>
        index % 2 ? (
          <code key={index} className="jp-Mlops-inlineCode">
            {part}
          </code>
        ) : (
          part
        )
      )}
    </>
  );
}

/** Yes, partly or no, as a word in a frame. */
export function AnswerBadge(props: {
  answer: Answer;
  trans: TranslationBundle;
}): JSX.Element {
  const tone = { yes: 'good', partly: 'warning', no: 'bad' }[props.answer];
  return (
    <span className="jp-Mlops-badge" data-tone={tone}>
      {answerText(props.answer, props.trans)}
    </span>
  );
}

/** How real a finding is: four bars, and the word. */
export function RungMeter(props: {
  rung: Rung;
  trans: TranslationBundle;
}): JSX.Element {
  const height = Number(props.rung.slice(1));
  return (
    <span className="jp-Mlops-rung">
      <span className="jp-Mlops-rung-bars" aria-hidden="true">
        {[1, 2, 3, 4].map(bar => (
          <span key={bar} data-filled={bar <= height} />
        ))}
      </span>
      {rungText(props.rung, props.trans)}
    </span>
  );
}

/** Something that opens and closes below its title, which is a button. */
export function Disclosure(props: {
  className: string;
  title: React.ReactNode;
  children: React.ReactNode;
  initiallyOpen?: boolean;
  heading?: boolean;
}): JSX.Element {
  const [open, setOpen] = React.useState(props.initiallyOpen ?? false);
  const id = React.useId();
  const button = (
    <button
      type="button"
      className="jp-Mlops-disclosure"
      aria-expanded={open}
      aria-controls={id}
      onClick={() => setOpen(!open)}
    >
      <span className="jp-Mlops-chevron" aria-hidden="true">
        <chevronIcon.react tag="span" elementSize="normal" />
      </span>
      {props.title}
    </button>
  );
  return (
    <div className={props.className} data-open={open}>
      {props.heading ? <h3>{button}</h3> : button}
      <div id={id} hidden={!open}>
        {open && props.children}
      </div>
    </div>
  );
}
