// What jsdom does not have, and Lumino and the web components ask for when they are loaded.
globalThis.DragEvent ??= class DragEvent extends Event {};
if (globalThis.window) {
  window.matchMedia ??= () => ({
    matches: false,
    addListener() {},
    removeListener() {}
  });
}
