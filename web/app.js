import * as api from './api.js';
import {ClipBar} from './clip_bar.js';
import {Days} from './days.js';
import {Deletion} from './deletion.js';
import {checkDownloads} from './downloads.js';
import {Detection} from './detection.js';
import {DetectionControls} from './detection_controls.js';
import {byId, setText} from './dom.js';
import {dayOf} from './format.js';
import {ZOOM_IN} from './file_panel.js';
import {FilterControls} from './filter_controls.js';
import {Highlights} from './highlights.js';
import {Keys} from './keys.js';
import {Listing} from './listing.js';
import {Live} from './live.js';
import {Marks} from './marks.js';
import {readPlace, writePlace} from './place.js';
import {Repeated} from './repeated.js';
import {Saves} from './saves.js';
import {Sources} from './sources.js';
import {Storage} from './storage.js';
import {keepVolume} from './volume.js';

const LIST_DELAY = 300;  // ms; what happens together is read together

/** Keeps the page in step with the recorder while somebody looks at it. */
class App {
  constructor() {
    const announce = (/** @type {string} */ text) => setText(byId('announcements'), text);
    this.announce = announce;
    /** What played last. @type {HTMLAudioElement | null} */
    this.sound = null;
    /** Whose player is open. @type {import('./recording_row.js').RecordingRow | null} */
    this.opened = null;
    const detection = this.detection = new Detection();
    this.clips = new ClipBar(announce, (file, seconds) => this.goTo(() => this.openFile(file, seconds)),
      (file, seconds) => this.goTo(() => this.cutFile(file, seconds)));
    this.clips.addEventListener('change', () => this.offerCut());
    this.marks = new Marks(announce);
    this.marks.addEventListener('change', () => {
      this.days.forgetRows();
      this.list.run();
    });
    this.highlights = new Highlights(detection, this.clips, this.marks);
    this.controls = new DetectionControls(detection);
    this.listing = new Listing();
    this.filter = new FilterControls((filter) => this.search(filter));
    this.listing.use(this.filter.filter);
    this.highlights.isStarredOnly = this.filter.filter.starred !== '';
    this.keys = new Keys({
      j: () => this.clips.step(1),
      k: () => this.clips.step(-1),
      '/': () => byId('filter-text').focus(),
      o: () => byId('clip-open').click(),
      s: () => this.withSection((section) => this.marks.star(section)),
      l: () => this.withSection((section) => this.marks.edit(section)),
      r: () => this.toggleReviewed(),
      '+': () => this.opened?.panel?.zoom(ZOOM_IN),
      '-': () => this.opened?.panel?.zoom(1 / ZOOM_IN),
      ' ': () => this.togglePlay(),
      arrowleft: () => this.skip(-5),
      arrowright: () => this.skip(5),
    });
    this.deletion = new Deletion((file) => this.forget(file));
    /** @type {import('./recording_row.js').Surroundings} */
    const around = {
      detection,
      marks: this.marks,
      setReviewed: (file, reviewed) => this.setReviewed(file, reviewed),
      askToDelete: (file) => this.deletion.ask(file),
      opened: (row, isOpen) => this.keepOne(row, isOpen),
      highlight: (day, isShown) => this.highlight(day, isShown),
    };
    this.saves = new Saves(byId('saves'));
    this.sources = new Sources(byId('sources'), {
      announce,
      notice: (text) => this.showNotice(text),
      saved: () => this.goTo(() => this.saves.read()),
      play: (file, seconds) => this.goTo(async () => {
        await this.openFile(file, seconds);
        this.opened?.panel?.play();
      }),
    });
    this.days = new Days(byId('days'), around, (day) => this.listing.filesOf(day));
    /** What the highlights were found in. @type {string | undefined} */
    this.highlighted = undefined;
    this.storage = new Storage(byId('storage'));
    this.all = new Repeated(() => this.refresh());
    this.list = new Repeated(() => this.updateList().catch((error) => this.lose(error)));
    this.listTimer = 0;
    this.live = new Live({
      begin: () => this.all.run(),
      lost: () => this.all.run(),
      source: (source) => this.showSource(source),
      sourceRemoved: (name) => this.sources.remove(name),
      level: (level) => this.showLevel(level),
      file: (change, file) => this.showFile(change, file),
    });
  }

  start() {
    byId('more').addEventListener('click', () => {
      ++this.listing.pages;
      this.search(this.listing.filter);
    });
    byId('clip-star').addEventListener('click', () => this.withSection((section) => this.marks.star(section)));
    byId('clip-label').addEventListener('click', () => this.withSection((section) => this.marks.edit(section)));
    addEventListener('hashchange', () => this.goToPlace());
    // One sound at a time.
    document.addEventListener('play', ({target}) => {
      this.sound = /** @type {HTMLAudioElement} */ (target);
      for (const audio of document.querySelectorAll('audio')) {
        if (audio !== target) audio.pause();
      }
    }, true);
    byId('notice-close').addEventListener('click', () => {
      this.showNotice('');
      byId('recordings').focus();
    });
    checkDownloads((text) => this.showNotice(text));
    keepVolume();
    this.live.start();
    const {hash} = location;
    this.all.run().then(() => {
      if (location.hash === hash) this.goToPlace();  // else somebody was faster
    });
  }

  /** @param {api.Source} source that changed */
  showSource(source) {
    this.sources.update(source);
    this.filter.offer(this.sources.names);
  }

  /** @param {api.Level} level */
  showLevel(level) {
    this.sources.showLevel(level);
    const row = this.days.rowOf(level.file);
    // A player that comes to its end goes on only in a file whose size is known.
    if (row?.growTo(level.position) && row === this.opened) this.list.run();
  }

  /**
   * @param {string} change
   * @param {api.Recording} file
   */
  showFile(change, file) {
    if (change === 'grown') {
      const row = this.days.rowOf(file.name);
      row?.update({...row.file, ...file});  // what a list says besides is as it was
      this.storage.read().catch(() => {});  // the stream itself says when nobody answers
      return;
    }
    if (change === 'marked') {
      this.marks.changed();
      return;
    }
    clearTimeout(this.listTimer);
    this.listTimer = setTimeout(() => this.list.run(), LIST_DELAY);
  }

  /**
   * @param {import('./recording_row.js').RecordingRow} row
   * @param {boolean} isOpen
   */
  keepOne(row, isOpen) {
    const before = this.opened;
    if (isOpen) this.opened = row;
    else if (before === row) this.opened = null;
    if (isOpen && before !== row) before?.close();
    this.offerCut();
  }

  /** The section that played last, to the player of its file. */
  offerCut() {
    const {current} = this.clips;
    if (current && this.opened?.file.name === current.file) this.opened.panel?.cut.offer(current.start, current.end);
  }

  /**
   * The section that plays, or did last: of the day, or of the recording that is open.
   * @param {(section: import('./marks.js').Stretch) => Promise<void>} act
   */
  withSection(act) {
    const section = this.clips.current ?? this.opened?.panel?.section;
    if (section) this.goTo(() => act(section));
    else this.announce('There is no section to mark: play one.');
  }

  /** Of the section that plays, or of what is open. */
  toggleReviewed() {
    const name = this.clips.current?.file ?? this.opened?.file.name;
    if (!name) {
      this.announce('No recording is open.');
      return;
    }
    this.goTo(async () => {
      const file = await api.findFile(name);
      if (file) await this.setReviewed(file, !file.reviewed);
    });
  }

  /** @param {api.Recording} file @param {boolean} reviewed */
  async setReviewed(file, reviewed) {
    await this.goTo(async () => {
      await api.setReviewed(file.name, reviewed);
      this.announce(reviewed ? 'Reviewed' : 'Not reviewed any more');
      this.days.forgetRows();
      await this.updateList();
    });
  }

  /** What played last, as long as it is on the page. */
  get lastSound() {
    return this.sound?.isConnected && this.sound.hasAttribute('src') ? this.sound : null;
  }

  togglePlay() {
    const audio = this.lastSound;
    if (audio?.paused) audio.play().catch(() => {});  // its controls tell
    else audio?.pause();
  }

  /** @param {number} seconds */
  skip(seconds) {
    if (this.lastSound) this.lastSound.currentTime += seconds;
  }

  /**
   * @param {import('./day_section.js').DaySection} day
   * @param {boolean} isShown
   */
  async highlight(day, isShown) {
    for (const section of this.days.sections.values()) section.highlight(section === day && isShown);
    if (isShown) {
      await this.highlights.open(day.day, day.head);
    } else {
      this.highlights.close();
      writePlace({});
    }
  }

  /** Opens what the address tells. */
  async goToPlace() {
    const {day, file, t} = readPlace();
    if (file) await this.goTo(() => this.openFile(file, t));
    else if (day) await this.goTo(() => this.openDay(day));
  }

  /** @param {() => Promise<void>} open */
  async goTo(open) {
    this.showNotice('');
    await open().catch((error) => this.showNotice(String(error.message ?? error)));
  }

  /** @param {string} day */
  async openDay(day) {
    const section = this.days.sections.get(day);
    if (!section) throw new Error(`There are no recordings of '${day}'.`);
    section.root.scrollIntoView();
    await this.highlight(section, true);
  }

  /**
   * @param {string} name
   * @param {number} seconds
   */
  async openFile(name, seconds) {
    const file = await api.findFile(name);
    if (!file) throw new Error(`There is no recording '${name}'.`);
    let row = await this.days.find(dayOf(file.date), name);
    if (!row && this.filter.isActive) {
      this.filter.clear();
      await this.updateList();
      row = await this.days.find(dayOf(file.date), name);
    }
    if (!row) throw new Error(`'${name}' is not in the list.`);
    const panel = row.open();
    panel.seek(seconds);
    row.remember(seconds);
    row.root.scrollIntoView({block: 'center'});
    row.toggle.focus({preventScroll: true});
  }

  /**
   * @param {string} name
   * @param {number} seconds
   */
  async cutFile(name, seconds) {
    await this.openFile(name, seconds);
    this.opened?.panel?.cut.open();
  }

  /** @param {api.Recording} file that was deleted */
  async forget(file) {
    const section = this.days.sections.get(dayOf(file.date));
    section?.drop(file.name);
    section?.toggle.focus();
    this.announce(`${file.name} is deleted`);
    this.days.forget();
    await this.goTo(() => this.updateList());
    if (!section?.root.isConnected) byId('recordings').focus();
  }

  /** @param {string} text empty: none */
  showNotice(text) {
    byId('notice').hidden = text === '';  // what is hidden is not announced
    setText(byId('notice-text'), text);
  }

  /** Reads all that there is; from then on what happens is told. */
  async refresh() {
    try {
      const status = await api.getStatus();
      this.sources.show(status.active);
      this.filter.offer(this.sources.names);
      setText(byId('version'), `isr ${status.version}`);
      await this.updateList();
      await this.storage.read();
      await this.saves.read();
      const config = await api.getConfig();
      this.detection.learn(config);
      // Who came without a login, from the recorder's own machine, has nothing to leave.
      byId('logout').hidden = !config.login;
      if (!byId('trouble').hidden) this.announce('The recorder answers again.');
      this.showTrouble('');
    } catch (error) {
      this.lose(error);
    }
  }

  /** @param {unknown} error why nobody answers */
  lose(error) {
    this.showTrouble(`${error instanceof Error ? error.message : error} Trying again…`);
    this.sources.lose();
  }

  async updateList() {
    const extent = await this.listing.read();
    if (!extent) return;
    const {days, shown, total, hasMore} = extent;
    byId('loading').hidden = true;
    byId('empty').hidden = total > 0;
    byId('no-match').hidden = total === 0 || shown > 0;
    byId('more').hidden = !hasMore;
    this.filter.show(extent);
    await this.days.show(days);
    const highlighted = JSON.stringify(days.find(({day}) => day === this.highlights.day));
    if (highlighted !== this.highlighted) await this.highlights.load();
    this.highlighted = highlighted;
  }

  /** @param {import('./listing.js').Filter} filter */
  async search(filter) {
    if (filter !== this.listing.filter) this.listing.use(filter);
    this.highlights.isStarredOnly = filter.starred !== '';
    if (this.highlights.review) this.highlights.show(this.highlights.review);
    this.days.forget();
    await this.goTo(() => this.updateList());
  }

  /** @param {string} text empty: all is well */
  showTrouble(text) {
    const trouble = byId('trouble');
    setText(trouble, text);
    trouble.hidden = text === '';
    if (text !== '') byId('loading').hidden = true;
  }
}

new App().start();
