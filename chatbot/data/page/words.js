// Words of an answer: shown a few at a time, copied with their sources.

export function copyWords(node, left) {
  const copy = node.cloneNode(false);
  for (const child of node.childNodes) {
    if (left.words <= 0) { left.words = -1; break; }
    if (child.nodeType === Node.TEXT_NODE) {
      const words = child.data.match(/\s*\S+\s*/g) ?? [child.data];
      copy.append(words.slice(0, Math.floor(left.words)).join(""));
      left.words -= words.length;
    } else {
      copy.append(copyWords(child, left));
    }
  }
  return copy;
}

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch { // no clipboard on plain http: the old way
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

export function sourcesOf(exchange) {
  const lines = exchange.citations.map((c) => `- ${c.title} (${c.sheet_id}), ${c.section} : ${c.url}`);
  return lines.length ? `\n\nSources (Onisep, données Idéo, licence ODbL) :\n${lines.join("\n")}` : "";
}
