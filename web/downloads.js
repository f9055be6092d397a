import {checkDownload} from './api.js';
import {element} from './dom.js';

/**
 * A browser does not say why a download came to nothing: here each is asked for before it begins.
 * @param {(text: string) => void} tell what is wrong; empty: nothing
 */
export function checkDownloads(tell) {
  document.addEventListener('click', async (event) => {
    const link = /** @type {Element} */ (event.target).closest('a');
    if (!link?.hasAttribute('download') || !link.href || event.ctrlKey || event.shiftKey || event.metaKey) return;
    event.preventDefault();
    try {
      await checkDownload(link.href);
      tell('');
      const sure = element('a');  // outside of the page: nobody asks again
      sure.download = '';
      sure.href = link.href;
      sure.click();
    } catch (error) {
      tell(error instanceof Error ? error.message : String(error));
    }
  });
}
