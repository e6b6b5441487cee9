// Pictures are taken as their text, as the bundler does.
module.exports = {
  process: source => ({ code: `module.exports = ${JSON.stringify(source)};` })
};
