import { tensor, compareMethods, randomNormal } from "nablab";
const a = randomNormal([2,3],{seed:1}), b = randomNormal([2,3],{seed:2});
const time=(n,f)=>{for(let i=0;i<2000;i++)f();const t=performance.now();for(let i=0;i<20000;i++)f();console.log(n,((performance.now()-t)/20).toFixed(2),"µs")};
time("add same",()=>a.add(b)); time("mul number",()=>a.mul(2)); time("matmul",()=>a.matmul(tensor([[1],[2],[3]]))); const c=tensor([[1],[2],[3]]); time("matmul pre",()=>a.matmul(c)); time("map",()=>a.map(x=>-x)); time("sum",()=>a.sum(1)); time("broadcast",()=>a.add(tensor([1,2,3])));
