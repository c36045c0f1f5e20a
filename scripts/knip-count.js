// A knip reporter that says how many files knip read: without it, silence could mean blindness.
export default ({ counters }) => {
  console.log(`${counters.processed} files read`);
};
