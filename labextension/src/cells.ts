/** How cells are told of. The server counts them from 0, people from 1. */

/** A message of the converter, which counts cells from 0, as people count them. */
export function countedFromOne(message: string): string {
  return message.replace(
    /\b([Cc]ells? )(\d+(?:(?:, | and | to |–)\d+)*)/g,
    (_, word: string, numbers: string) =>
      word + numbers.replace(/\d+/g, number => `${Number(number) + 1}`)
  );
}
