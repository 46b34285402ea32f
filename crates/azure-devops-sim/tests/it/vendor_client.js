// Drives the simulator with the vendor's own client: node vendor_client.js COLLECTION PROJECT PAT
"use strict";
const assert = require("node:assert/strict");
const azdev = require("azure-devops-node-api");

async function main([collection, project, pat]) {
  const connection = new azdev.WebApi(collection, azdev.getPersonalAccessTokenHandler(pat));
  const build = await connection.getBuildApi();
  const wit = await connection.getWorkItemTrackingApi();
  const ok = (name) => console.log(`ok ${name}`);

  const run = await build.getBuild(project, 4711);
  assert.equal(run.buildNumber, "20261125.1");
  assert.ok(run.queueTime instanceof Date && !Number.isNaN(run.queueTime.getTime()));
  const same = await build.getBuilds(project, undefined, undefined, "20261125.1");
  assert.deepEqual(same.map((r) => r.id), [4711, 4700]);
  ok("run");

  const changes = await build.getBuildChanges(project, 4711, undefined, 60);
  assert.equal(changes.length, 60);
  assert.equal(changes[0].author.displayName, "Pat Doe");
  ok("changes");

  const timeline = await build.getBuildTimeline(project, 4711);
  const kinds = new Set(timeline.records.map((r) => r.type));
  assert.deepEqual([...kinds].sort(), ["Checkpoint", "Checkpoint.Approval", "Job", "Phase", "Stage", "Task"]);
  ok("timeline");

  const refs = await build.getBuildWorkItemsRefs(project, 4711);
  assert.deepEqual(refs.map((r) => r.id), ["297", "298"]);
  ok("work items of the run");

  const items = await wit.getWorkItemsBatch({ ids: [297, 9999], errorPolicy: 2, fields: ["System.Title"] });
  assert.equal(items[0].fields["System.Title"], "Customers can buy blue shoes");
  assert.equal(items[1], null);
  ok("work items in a batch");

  const uri = "vstfs:///Build/Build/4711";
  const linked = await wit.queryWorkItemsForArtifactUris({ artifactUris: [uri] }, project);
  assert.deepEqual(linked.artifactUrisQueryResult[uri].map((r) => r.id), [297, 298]);
  ok("work items by artifact");

  const title = [{ op: "add", path: "/fields/System.Title", value: "From Node" }];
  const made = await wit.createWorkItem({}, title, project, "User Story");
  const guarded = [{ op: "test", path: "/rev", value: made.rev }, { op: "add", path: "/fields/System.State", value: "Active" }];
  const changed = await wit.updateWorkItem({}, guarded, made.id);
  assert.equal(changed.rev, 2);
  ok("create and update a work item");

  const tests = await connection.getTestApi();
  const runs = await tests.getTestRuns(project, uri, undefined, undefined, undefined, true);
  assert.equal(runs[0].passedTests, 128);
  const artifacts = await build.getArtifacts(project, 4711);
  assert.equal(artifacts[0].resource.type, "PipelineArtifact");
  ok("tests and artifacts");

  const git = await connection.getGitApi();
  const request = await git.getPullRequestById(42, project);
  assert.equal(request.reviewers[0].vote, 10);
  ok("pull request");

  const agents = await connection.getTaskAgentApi();
  const records = await agents.getEnvironmentDeploymentExecutionRecords(project, 3);
  assert.equal(records[0].owner.id, 4711);
  ok("deployments of an environment");

  const releases = await connection.getReleaseApi();
  const release = await releases.getRelease(project, 33);
  assert.equal(release.environments[0].deploySteps[0].attempt, 1);
  const deployments = await releases.getDeployments(project, 5);
  assert.equal(deployments.length, 2);
  ok("releases on their own host");

  assert.equal(await build.getBuild(project, 1), null, "this client makes nothing of a 404");
  assert.equal(await wit.createWorkItem({}, title, project, "Wish"), null);
  await assert.rejects(wit.updateWorkItem({}, guarded, made.id), (e) => e.statusCode === 412 && e.message.includes("VS403351"));
  ok("errors");
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exit(1);
});
